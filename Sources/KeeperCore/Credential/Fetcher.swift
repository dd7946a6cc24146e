/// Knows one credential, decides when it is fetched, and fetches it.
///
/// A composition of machines, each with its own rules; what they must tell each other goes through here. Only the
/// `Refresher` that owns it speaks to it.
struct Fetcher: Sendable {
    private(set) var settings: RefresherSettings
    /// All that is known of the credential; it never goes back.
    var knowledge: Knowledge
    /// What is handed out of it.
    var serving = Serving()
    /// The one job.
    var work = Work()
    /// When WeChat may be called again.
    var backoff = Backoff()
    /// Whether the current token lives.
    var health = TokenHealth()
    /// When it is due.
    private var due = DueTime()
    var intents = IntentNumbers()
    var ticket = TicketAge()
    var random: SplitMix64

    init(_ settings: RefresherSettings, seed: UInt64) {
        self.settings = settings
        knowledge = Knowledge(app: settings.app.id, rules: settings.rules)
        random = SplitMix64(seed: seed)
    }

    var app: AppID { settings.app.id }
    var policy: RefreshPolicy { settings.policy }

    /// The configuration was read again.
    mutating func configure(_ policy: RefreshPolicy, asNewAfter forgotten: Refresher.Forgotten?) {
        settings.policy = policy
        if let forgotten {
            intents.begin(above: forgotten.lastIntent)
            backoff.mayBeProcessed(until: forgotten.callsUntil)
        }
        health.configured(policy, life: knowledge.credential?.life)
        backoff.configured()
    }

    /// An operator asks for another token.
    mutating func operatorAsked() { backoff.operatorAsked() }

    /// A ticket's app hands out another token, or none any more.
    mutating func ownerServes(_ token: Token?) { ticket.ownerServes(token) }
}

// MARK: What is decided on

extension Fetcher {
    /// What is known, for whoever plans or answers.
    func view(_ callers: WaitingCallers) -> CredentialView {
        CredentialView(
            line: settings.app.line, policy: policy, rules: settings.rules,
            token: knowledge.times,
            isStored: knowledge.isStored,
            orphan: intents.orphan(knowledge.stored.intent?.id, of: settings.incarnation),
            uncertainty: knowledge.whyUncertain, rotationsToday: knowledge.stored.rotationsToday, due: due.at,
            health: health,
            backoff: backoff, canBeFetched: !settings.app.line.isTicket || ticket.ownersToken != nil,
            operatorWaits: !callers.isEmpty && callers.operatorWaits,
            isReported: !callers.isEmpty && knowledge.credential.map { callers.isReported($0.fingerprint) } ?? false)
    }

    /// What somebody who asks for another token is answered at once; nil: whoever asks waits.
    func answer(
        to request: RefreshRequest, _ reported: Fingerprint?, _ situation: Situation, for callers: WaitingCallers,
        at now: Instant
    ) -> RefreshAnswer? {
        // Known to be older: whoever asks gets the current one. On the leader an unknown one too: no rotation by
        // guessing. A follower may simply be behind, so it asks.
        if let reported, let offer = offer(at: now), offer.token.credential.fingerprint != reported,
            situation.leadership != nil || offer.previous.contains(reported)
        {
            return offer.answer(refreshed: false, stillValid: false)
        }
        guard situation.leadership != nil else { return request.isForwarded ? .notLeader(situation.leader) : nil }
        return view(callers).refusal(of: request, trouble: knowledge.stored.trouble, at: now)
    }

    /// What those are told whose time is up: why nothing has come of their wish.
    func answerToOverdue(isLeading: Bool, at now: Instant) -> RefreshAnswer {
        guard isLeading else { return .unavailable(reason: .noLeader, retryAfter: RetryHint.noLeader) }
        let pause = backoff.earliestCall - now
        guard work.isIdle, pause > .zero else {
            let reason = work.isIdle ? "the leader may not call WeChat yet" : "no answer came in time"
            return .unavailable(
                reason: .wechatUnreachable(Trouble(summary: reason)), retryAfter: RetryHint.wechatUnreachable)
        }
        guard let trouble = knowledge.stored.trouble else { return .tooSoon(retryAfter: pause) }
        return .noToken(because: trouble, wasAnswered: trouble.errcode != nil, retryAfter: pause)
    }

    /// What is handed out; nil if there is no token within its life.
    func offer(at now: Instant) -> Offer? { serving.offer(knowledge, at: now) }

    /// Tells the read path whenever what may be handed out has changed.
    mutating func serve(into out: inout Outbox) {
        guard serving.choose(from: knowledge, policy) else { return }
        out.append(.serve(app: app, credential: serving.current))
        out.want(.served(serving.current?.credential.token))
    }
}

// MARK: What others tell

extension Fetcher {
    /// The store shows a record.
    mutating func learn(
        _ record: CredentialRecord, from store: String, readAfter sent: Instant, isVouchedFor: Bool, at now: Instant,
        into out: inout Outbox
    ) {
        // Nobody would take a token of the second term for newer than one of the first: another term is needed.
        if knowledge.showsTermTwice(record) { out.want(.nextTerm(atLeast: record.epoch.next)) }
        let known = knowledge.credential?.fingerprint
        knowledge.learn(record, from: store, readAfter: sent)
        tokenMayHaveChanged(at: now)
        // Tickets are asked for anew with their app's token.
        guard !isVouchedFor, !settings.app.line.isTicket, let found = knowledge.credential?.fingerprint, found != known
        else { return }
        health.distrust(policy, random: &random, at: now)
    }

    /// The leader tells which token there is.
    mutating func leaderTold(
        _ record: CredentialRecord, askedAt sent: Instant, at now: Instant, into out: inout Outbox
    ) {
        knowledge.learnFromMember(record, askedAt: sent)
        tokenMayHaveChanged(at: now)
        serve(into: &out)
    }

    /// Another node tells what it knows.
    mutating func learnFromMember(_ record: CredentialRecord, askedAt sent: Instant, asLeader: Bool, at now: Instant) {
        knowledge.learnFromMember(record, askedAt: sent, asLeader: asLeader)
        // A token of our own that comes back: nobody knows its times better than we.
        if let own = serving.provisional, own.fingerprint == knowledge.credential?.fingerprint {
            knowledge.correctIssue(to: own.issuedAt)
            knowledge.correctExpiry(of: record.version, to: own.expiresAt)
        }
        tokenMayHaveChanged(at: now)
    }

    /// The store is another one, or empty.
    mutating func storeReplaced() { knowledge.storeLost(isNew: true) }

    /// A record that should be there is not.
    ///
    /// If it was never there, there is nothing to restore and nothing to say. While a command of ours is on its way,
    /// its answer tells more than this.
    /// - Returns: whether that is news.
    mutating func recordMissing() -> Bool {
        guard knowledge.stored.hasRecord || knowledge.credential != nil, work.isIdle else { return false }
        knowledge.storeLost(isNew: false)
        return true
    }

    /// Somebody vouches for the token that is known.
    mutating func trust() { health.trust() }

    /// A member tells what it knows of the life of the token that is known.
    mutating func correctLife(by record: CredentialRecord, askedAt sent: Instant) {
        guard knowledge.correctLife(by: record, askedAt: sent), let credential = knowledge.credential else { return }
        due.redraw(for: credential, settings.app.line, policy, random: &random)
    }

    /// Draws the moment at which a newly learned version is due, and forgets what was known of the one before.
    ///
    /// Called after everything that may bring one.
    mutating func tokenMayHaveChanged(at now: Instant) {
        guard let credential = knowledge.credential,
            due.draw(for: credential, settings.app.line, policy, random: &random)
        else { return }
        health.tokenChanged(policy, at: now)
    }
}
