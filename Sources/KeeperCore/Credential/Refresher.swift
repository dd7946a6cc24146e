/// Decides when one app's credential is fetched, and looks after everybody who waits for that.
///
/// What it knows, it keeps on every node; it fetches only while the node leads (`Situation.leadership`). Everything
/// happens through its events; what it wants of the world and of the node stands in the outbox.
struct Refresher: Sendable {
    private var fetcher: Fetcher
    private var callers = WaitingCallers()
    /// Whether the app came while the node was at work: then the node does not become unready for want of its token.
    private var isNewcomer = false

    init(app: AppSettings, incarnation: Incarnation, policy: RefreshPolicy, seed: UInt64, rules: Rules) {
        fetcher = Fetcher(
            RefresherSettings(app: app, incarnation: incarnation, policy: policy, rules: rules), seed: seed)
    }
}

// MARK: Time and place

extension Refresher {
    /// Does what is due: sends people away, repeats what was not acknowledged, and starts the next job.
    mutating func step(_ situation: Situation, at now: Instant, into out: inout Outbox) {
        fetcher.serve(into: &out)
        if !callers.isEmpty, let offer = fetcher.offer(at: now) {
            callers.superseded(by: offer, isLeading: situation.leadership != nil, into: &out)
        }
        if !callers.isEmpty {
            let answer = fetcher.answerToOverdue(isLeading: situation.leadership != nil, at: now)
            callers.expire(isWorking: !fetcher.isIdle, with: answer, at: now, into: &out)
        }
        fetcher.repeatIfDue(at: now, into: &out)
        if let leadership = situation.leadership {
            fetcher.began(leadership.epoch, at: now)
            callers.leads()
            fetcher.act(leadership, for: &callers, at: now, into: &out)
        } else {
            callers.passOn(fetcher.app, to: situation.leader, at: now, into: &out)
        }
    }

    /// When `step` has something to do next.
    ///
    /// It changes nothing, but a machine that may be changed need not be copied.
    /// - Parameter isWaiting: whether the plan is due but waits for the rest of the node.
    mutating func nextWakeUp(_ situation: Situation, isWaiting: Bool, at now: Instant) -> Instant? {
        let isFollower = situation.leadership == nil && situation.leader != nil
        let others = callers.nextWakeUp(isWorking: !fetcher.isIdle, isFollower: isFollower)
        guard fetcher.isIdle else { return .earlier(others, fetcher.nextRepetition) }
        guard !isWaiting, let leadership = situation.leadership else { return others }
        return .earlier(others, fetcher.nextBeginning(leadership, for: callers, at: now))
    }

    /// The configuration was read again: what was wrong with it may be right now.
    /// - Parameter forgotten: for an app that is new, what is left of those that were here before.
    mutating func configure(_ policy: RefreshPolicy, asNewAfter forgotten: Forgotten?) {
        if forgotten != nil { isNewcomer = true }
        fetcher.configure(policy, asNewAfter: forgotten)
    }

    /// A ticket's app hands out another token, or none any more.
    mutating func ownerServes(_ token: Token?) { fetcher.ownerServes(token) }
}

// MARK: Those who wait

extension Refresher {
    /// Takes in a caller.
    ///
    /// Afterwards `step` must run.
    mutating func ask(
        _ request: RefreshRequest, _ reported: Fingerprint?, _ situation: Situation, at now: Instant,
        into out: inout Outbox
    ) {
        out.counters.refreshesAsked += 1
        let isLeading = situation.leadership != nil
        if request.reason == .operatorAsked, isLeading { fetcher.operatorAsked() }
        let answer =
            fetcher.answer(to: request, reported, situation, for: callers, at: now)
            ?? (isLeading ? fetcher.judge(request, reported, for: callers, at: now, into: &out) : nil)
        guard let answer else {
            return callers.wait(request, reported, fetcher.settings.policy.timing, at: now)
        }
        out.answer(request.waiter, answer)
    }

    /// A caller went away.
    mutating func waiterLeft(_ waiter: WaiterID) { callers.left(waiter) }

    /// The app is kept no more: everybody is sent away.
    mutating func dismissAll(with answer: RefreshAnswer, into out: inout Outbox) {
        callers.dismissAll(with: answer, into: &out)
    }

    /// The leader answered, or did not.
    mutating func forwarded(_ request: RequestID, _ outcome: ForwardOutcome, at now: Instant, into out: inout Outbox) {
        switch outcome {
        case .token(let record, let refreshed, let stillValid):
            // Counted from before the question: the answer may have lain here while this process stood still. If nobody
            // waits for it any more, the store will tell.
            guard let sentAt = callers.sentAt(request) else { return }
            fetcher.leaderTold(record, askedAt: sentAt, at: now, into: &out)
            guard let offer = fetcher.offer(at: now) else {
                return callers.holdAgain(from: request, fetcher.settings.policy, at: now)
            }
            let told = offer.promised(as: record, askedAt: sentAt, fetcher.settings.policy)
            callers.returned(
                request, with: told.answer(refreshed: refreshed, stillValid: stillValid), into: &out)
        case .answered(.notLeader), .answered(.unavailable(.noLeader, _)), .failed:
            // Between two leaders: wait for the next one, or try this one again.
            callers.holdAgain(from: request, fetcher.settings.policy, at: now)
        case .answered(let answer):
            callers.returned(request, with: answer, into: &out)
        }
    }
}

// MARK: What the store and WeChat answer

extension Refresher {
    /// The store answered the current job's command, or did not.
    mutating func stored(
        _ request: RequestID, _ reply: Result<CredentialReply, StoreError>, _ leadership: Situation.Leadership?,
        at now: Instant, into out: inout Outbox
    ) {
        fetcher.stored(request, reply, leadership, for: &callers, at: now, into: &out)
    }

    /// A call for a token is over.
    mutating func called(
        _ request: RequestID, _ outcome: CallOutcome, fingerprint: (Token) -> Fingerprint, leading term: Epoch?,
        at now: Instant, into out: inout Outbox
    ) {
        fetcher.called(
            request, outcome, fingerprint: fingerprint, leading: term, for: &callers, at: now, into: &out)
    }

    /// WeChat was asked about a token.
    mutating func probed(
        _ request: RequestID, _ outcome: ProbeOutcome, leading term: Epoch?, at now: Instant, into out: inout Outbox
    ) {
        fetcher.probed(request, outcome, leading: term, for: &callers, at: now, into: &out)
    }
}

// MARK: What others tell

extension Refresher {
    /// The store shows a record.
    /// - Parameter isVouchedFor: whether what is found in the store may be taken for the newest.
    mutating func learn(
        _ record: CredentialRecord, from store: String, readAfter sent: Instant, isVouchedFor: Bool, at now: Instant,
        into out: inout Outbox
    ) {
        fetcher.learn(record, from: store, readAfter: sent, isVouchedFor: isVouchedFor, at: now, into: &out)
    }

    /// Another node tells what it knows.
    /// - Parameter asLeader: whether it is to be written over what the store shows.
    mutating func learnFromMember(_ record: CredentialRecord, askedAt sent: Instant, asLeader: Bool, at now: Instant) {
        fetcher.learnFromMember(record, askedAt: sent, asLeader: asLeader, at: now)
    }

    /// The store is another one, or empty.
    mutating func storeReplaced() { fetcher.storeReplaced() }

    /// A record that should be there is not.
    /// - Returns: whether that is news.
    mutating func recordMissing() -> Bool { fetcher.recordMissing() }

    /// Somebody vouches for the token that is known.
    mutating func trust() { fetcher.trust() }

    /// A member tells what it knows of the life of the token that is known.
    mutating func correctLife(by record: CredentialRecord, askedAt sent: Instant) {
        fetcher.correctLife(by: record, askedAt: sent)
    }
}

// MARK: Questions

extension Refresher {
    var app: AppSettings { fetcher.settings.app }

    /// What its job does.
    var activity: RefresherActivity { fetcher.activity }

    /// What must be known of it when it is kept no more.
    var lastIntent: UInt64 { fetcher.lastIntent }

    /// The token that is handed out.
    var served: Credential? { fetcher.served }

    /// Whether the node must not be ready before WeChat was asked for this app once, by whomever.
    @inline(__always)
    var isMissed: Bool { !isNewcomer && !fetcher.wasAskedFor }

    /// Whether a living token is known that nobody vouches for.
    func isUnproven(at now: Instant) -> Bool { fetcher.isUnproven(at: now) }

    /// Whether a record is of the very token that is known.
    func keeps(_ record: CredentialRecord) -> Bool { fetcher.keeps(record) }

    /// The newest this node knows, acknowledged by the store or not; nil without a token.
    func shareable(at now: Instant) -> CredentialRecord? { fetcher.shareable(at: now) }

    /// What its health is judged from.
    ///
    /// Asked at every step. In place it reads a few fields; as a call it would be handed a copy of all of them.
    @inline(__always)
    var facts: CredentialFacts {
        let trouble = fetcher.trouble
        return CredentialFacts(
            isTicket: fetcher.settings.app.line.isTicket, ends: fetcher.end ?? .origin,
            isUncertain: fetcher.isUncertain, isInTrouble: trouble != nil, errcode: trouble?.errcode,
            lacksFirstAnswer: isMissed)
    }

    /// How the credential is, for whoever operates.
    func report(_ leadership: Situation.Leadership?, at now: Instant) -> CredentialReport {
        fetcher.report(leadership, for: callers, at: now)
    }
}

extension Refresher {
    /// What must be known of apps that are kept no more.
    struct Forgotten: Sendable {
        /// Above the number of every intent of theirs.
        var lastIntent: UInt64 = 0
        /// A call of theirs may be processed until then.
        var callsUntil = Instant.origin
    }
}
