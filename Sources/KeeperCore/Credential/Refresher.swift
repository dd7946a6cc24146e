/// Decides when one app's credential is fetched, and looks after everybody who waits for that.
///
/// One job at a time, so that this node never has two calls for one app in flight. What it knows, it keeps on every
/// node; it fetches only while the node leads (`Situation.leadership`).
struct Refresher: Sendable {
    /// What the one job is doing.
    enum Job: Sendable {
        /// Nothing. Can transition to: any other when `plan` says so.
        case idle
        /// WeChat is asked whether the token lives. Can transition to: `idle`.
        case verifying(RequestID, ProbeReason, Fingerprint, Epoch)
        /// The intent is on its way to the store. Can transition to: `calling` if accepted and the lease outlasts a
        /// call; `resolving` if it may have run; `idle` if refused.
        case beginning(RequestID, IntentID, CallContext)
        /// WeChat is called. Can transition to: `publishing` with a token; `resolving` without.
        case calling(RequestID, IntentID?, CallContext)
        /// The token is on its way to the store, again and again. Can transition to: `idle` once answered.
        indirect case publishing(Pending, RequestID?)
        /// The intent's end is on its way to the store, again and again. Can transition to: `idle` once answered.
        indirect case resolving(Abortion, RequestID?)
        /// A lost record is written back. Can transition to: `idle`.
        case restoring(RequestID)
    }

    /// Why WeChat is asked about a token.
    enum ProbeReason: Equatable, Sendable {
        case reported
        case watched
        /// It was found in the store by a node that knew none.
        case restored
    }

    /// What a call was decided on.
    struct CallContext: Sendable {
        let kind: CallKind
        let reason: RotationReason
        /// Whether a program outside the cluster has ended the token it replaces.
        let endsOverwrite: Bool
        let epoch: Epoch
        /// Before the call was sent; its token's life counts from here.
        var begun: Instant
        /// The stored version and event at the decision.
        let knownVersion: UInt64
        let settledEvent: UInt64
    }

    /// A token that WeChat has issued and the store has not acknowledged.
    struct Pending: Sendable {
        let intent: IntentID?
        let context: CallContext
        let credential: Credential
    }

    /// What the rest of the node must do because of an app.
    struct Demands: OptionSet, Sendable {
        let rawValue: Int
        /// The lease is too short for a call: renew it now.
        static let renewal = Demands(rawValue: 1)
        /// A publication of ours was refused: somebody rotates beside us.
        ///
        /// Give the lease up.
        static let stepDown = Demands(rawValue: 2)
        /// The token is missing, or not proven: ask the members before WeChat.
        static let askPeers = Demands(rawValue: 4)
        /// Too many calls are in flight: step again when one is over.
        static let slot = Demands(rawValue: 8)
    }

    let app: AppSettings
    let incarnation: Incarnation
    var policy: RefreshPolicy
    let rules: Rules

    var knowledge: Knowledge
    var job = Job.idle
    var queue = RefreshQueue()
    var demands: Demands = []

    /// When the request of the current job was sent, for what its answer tells.
    var requested = Instant.origin
    var backoff = Backoff()
    /// Next repetition of a command the store has not acknowledged.
    var repeatAt = Instant.origin
    var forwards = Forwards()
    /// The plan is due but waits for the rest of the node (`demands`); the node calls `step` when that has changed.
    var isBlocked = false
    var repair = Repair()
    var intents = IntentNumbers()
    var due = DueTime()
    var watch = TokenWatch()
    /// The term in which this node has acted for the app last.
    var term = Epoch.none
    /// What reports have cost, and what they are worth; in this term.
    @Rare var inquiry: Inquiry?
    /// When WeChat was last asked for a token.
    var lastAsked: Instant?
    var serving = Serving()
    var random: SplitMix64
    /// Whether the app came while the node was at work: then the node does not become unready for want of its token.
    var isNewcomer = false
    var ticket = TicketAge()

    init(
        app: AppSettings, incarnation: Incarnation, policy: RefreshPolicy, seed: UInt64, rules: Rules
    ) {
        self.app = app
        self.incarnation = incarnation
        self.policy = policy
        self.rules = rules
        knowledge = Knowledge(app: app.id, rules: rules)
        random = SplitMix64(seed: seed)
    }

    /// Whether a call that rotates, or its outcome, is on the way: then the lease must not be given up yet.
    var isBusy: Bool {
        switch job {
        case .idle, .verifying, .restoring: false
        case .beginning, .calling, .publishing, .resolving: true
        }
    }

    /// Whether a call to WeChat is in flight, or will be once its intent stands.
    var callsWeChat: Bool {
        switch job {
        case .verifying, .beginning, .calling: true
        case .idle, .publishing, .resolving, .restoring: false
        }
    }

    /// Why a token that is not due is to be replaced.
    ///
    /// An operator's wish lasts as long as the operator waits: nobody who was sent away must be surprised by a later
    /// rotation.
    var wanted: RotationReason? {
        let isReported = knowledge.credential.map(isReported) ?? false
        if rules.isToBeReplaced(isDead: repair.isDead, isReported: isReported) { return .dead }
        return queue.waiting.contains { $0.reason == .operatorAsked } ? .operatorAsked : nil
    }

    /// What may be handed out.
    var served: ServedCredential? { serving.current }

    /// Fingerprints of the tokens before that.
    var previous: [Fingerprint] { serving.previous(knowledge) }

    /// Whether the leader here is at work for those who wait.
    var isWorking: Bool { if case .idle = job { false } else { true } }
}

// MARK: One step

extension Refresher {
    /// Does what is due: sends people away, repeats what was not acknowledged, and starts the next job.
    mutating func step(_ situation: Situation, at now: Instant, into out: inout Outbox) {
        isBlocked = false
        serve(at: now, into: &out)
        answerSuperseded(isLeading: situation.leadership != nil, at: now, into: &out)
        expireWaiters(at: now, into: &out)
        switch job {
        case .publishing(let pending, nil) where repeatAt <= now: publish(pending, at: now, into: &out)
        case .resolving(let abortion, nil) where repeatAt <= now: resolve(abortion, at: now, into: &out)
        default: break
        }
        if let leadership = situation.leadership {
            begin(leadership.epoch, at: now)
            // A leader forwards nothing: whoever hangs at an earlier one, which may be frozen, is looked after here.
            queue.releaseAll()
            if case .idle = job { act(leadership, at: now, into: &out) }
        } else {
            passOn(to: situation.leader, at: now, into: &out)
        }
    }

    /// Takes in a record another node sent.
    mutating func learnFromPeer(_ record: CredentialRecord, askedAt sent: Instant, asLeader: Bool) {
        knowledge.learnFromPeer(record, askedAt: sent, asLeader: asLeader)
        // A token of our own that comes back: nobody knows its times better than we.
        guard let own = serving.provisional, own.fingerprint == knowledge.credential?.fingerprint else { return }
        knowledge.correctIssue(to: own.issuedAt)
        knowledge.correctExpiry(of: record.version, to: own.expiresAt)
    }

    /// Hands over what the rest of the node must do.
    mutating func takeDemands() -> Demands {
        defer { demands = [] }
        return demands
    }

    /// When `step` has something to do next.
    ///
    /// It changes nothing, but a machine that may be changed need not be copied.
    mutating func chooseWakeUp(_ situation: Situation, at now: Instant) -> Instant? {
        var next = queue.nextExpiry(isWorking: isWorking)
        switch job {
        case .publishing(_, nil), .resolving(_, nil): next = .earlier(next, repeatAt)
        case .idle:
            if let leadership = situation.leadership, !isBlocked {
                next = .earlier(next, plan(leadership, at: now)?.at)
            }
        default: break
        }
        if situation.leadership == nil, situation.leader != nil,
            queue.waiting.contains(where: { $0.forward == nil })
        {
            next = .earlier(next, forwards.due)
        }
        return next
    }

    /// Tells the read path whenever what may be handed out has changed.
    mutating func serve(at now: Instant, into out: inout Outbox) {
        if serving.choose(from: knowledge, policy) { out.append(.serve(app.id, served)) }
    }

    private mutating func begin(_ epoch: Epoch, at now: Instant) {
        guard epoch != term else { return }
        term = epoch
        inquiry = nil
        watch.termBegan(policy, chance: random.nextUnit(), at: now)
    }

    private mutating func act(_ leadership: Situation.Leadership, at now: Instant, into out: inout Outbox) {
        answerTooSoon(leadership, at: now, into: &out)
        guard let plan = plan(leadership, at: now), plan.at <= now else { return }
        if plan.step.callsWeChat {
            guard lasts(leadership, at: now) else { return block(.renewal) }
            guard leadership.hasSlot else { return block(.slot) }
        }
        switch plan.step {
        case .restore:
            requested = now
            job = .restoring(
                out.send(
                    .restore(Restoration(epoch: leadership.epoch, record: knowledge.record(at: now)))))
        case .dropOrphan(let intent):
            resolve(
                Abortion(app: app.id, epoch: leadership.epoch, intent: intent, effect: .unsent, trouble: nil),
                at: now, into: &out)
        case .askPeers:
            block(.askPeers)
        case .verify(let reason):
            verify(reason, leadership, at: now, into: &out)
        case .fetch(let reason, let kind):
            fetch(kind, because: reason, leadership, at: now, into: &out)
        }
    }

    private mutating func block(_ demand: Demands) {
        isBlocked = true
        demands.formUnion(demand)
    }

    /// The budget rule: a call starts only if the lease outlasts it.
    func lasts(_ leadership: Situation.Leadership, at now: Instant) -> Bool {
        rules.allowsCall(withLeaseUntil: leadership.validUntil, budget: policy.timing.callBudget, at: now)
    }

    private mutating func verify(
        _ reason: ProbeReason, _ leadership: Situation.Leadership, at now: Instant, into out: inout Outbox
    ) {
        guard let credential = knowledge.credential else { return }
        let permit = CallPermit(epoch: leadership.epoch, deadline: now + policy.timing.callTimeout)
        requested = now
        if reason == .reported {
            var asking = inquiry ?? Inquiry()
            asking.asked(policy, life: credential.life, at: now)
            inquiry = asking
        }
        let request = out.probe(app.id, credential.token, permit)
        job = .verifying(request, reason, credential.fingerprint, leadership.epoch)
    }

    private mutating func fetch(
        _ kind: CallKind, because reason: RotationReason, _ leadership: Situation.Leadership, at now: Instant,
        into out: inout Outbox
    ) {
        let context = CallContext(
            kind: kind, reason: reason, endsOverwrite: reason == .dead && repair.isOverwritten, epoch: leadership.epoch,
            begun: now,
            knownVersion: knowledge.stored.version, settledEvent: knowledge.stored.event)
        requested = now
        guard kind.rotates else { return call(context, intent: nil, at: now, into: &out) }
        let intent = IntentID(incarnation: incarnation, number: intents.next())
        job = .beginning(
            out.send(
                .begin(
                    Beginning(app: app.id, epoch: leadership.epoch, intent: intent, basis: knowledge.stored.basis))),
            intent, context)
    }

    mutating func call(_ context: CallContext, intent: IntentID?, at now: Instant, into out: inout Outbox) {
        var context = context
        context.begun = now
        if let intent {
            intents.calls(intent.number)
            if context.reason == .dead, let life = knowledge.credential?.life {
                repair.take(policy.repairs(life: life), at: now)
            }
            out.note(.credential(app.id, .rotating(context.reason)))
        }
        let permit = CallPermit(epoch: context.epoch, deadline: now + policy.timing.callTimeout)
        let request =
            if case .ticket(let type) = context.kind, let owner = app.owner, let token = ticket.ownersToken {
                out.callForTicket(owner, type, by: token, permit)
            } else {
                out.call(app.id, context.kind, permit)
            }
        job = .calling(request, intent, context)
    }

    mutating func publish(_ pending: Pending, at now: Instant, into out: inout Outbox) {
        let credential = pending.credential
        let left = (credential.expiresAt - now).atLeastZero
        requested = now
        let request =
            if let intent = pending.intent {
                out.send(
                    .publish(
                        Publication(
                            app: app.id, epoch: pending.context.epoch, intent: intent, token: credential.token,
                            fingerprint: credential.fingerprint, life: credential.life, left: left,
                            age: now - pending.context.begun,
                            knownVersion: max(knowledge.credential?.version ?? 0, knowledge.stored.version),
                            endsOverwrite: pending.context.endsOverwrite)))
            } else {
                out.send(
                    .put(
                        Putting(
                            app: app.id, epoch: pending.context.epoch, token: credential.token,
                            fingerprint: credential.fingerprint, life: credential.life, left: left,
                            knownVersion: pending.context.knownVersion,
                            settledEvent: pending.context.settledEvent)))
            }
        job = .publishing(pending, request)
    }

    mutating func resolve(_ abortion: Abortion, at now: Instant, into out: inout Outbox) {
        requested = now
        job = .resolving(abortion, out.send(.abort(abortion)))
    }
}
