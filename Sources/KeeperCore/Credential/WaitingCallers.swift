/// Those who wait for another token of one app: who waits, who is sent on to the leader, who is answered or sent away.
///
/// Everybody is answered once. Whoever is on the way to the leader (`forward`) is answered by what comes back, or when
/// the time is up; nobody else's news concerns those.
struct WaitingCallers: Sendable {
    private var queue = RefreshQueue()
    private var forwards = Forwards()

    var isEmpty: Bool { queue.isEmpty }

    /// Whether an operator waits.
    var operatorWaits: Bool { queue.waiting.contains { $0.reason == .operatorAsked } }

    /// Whether somebody who waits here says that WeChat refused this token.
    func isReported(_ token: Fingerprint) -> Bool {
        queue.waiting.contains { $0.fingerprint == token && $0.forward == nil }
    }

    /// When a request was sent that carries somebody to the leader; nil if nobody waits for it any more.
    func sentAt(_ request: RequestID) -> Instant? { queue.waiting.first { $0.forward == request }?.forwardedAt }

    /// When somebody must be sent away or, at a follower that knows a leader, sent on.
    /// - Parameter isWorking: whether the leader here is at work for them.
    func nextWakeUp(isWorking: Bool, isFollower: Bool) -> Instant? {
        guard !queue.isEmpty else { return nil }
        let next = queue.nextExpiry(isWorking: isWorking)
        guard isFollower, queue.waiting.contains(where: { $0.forward == nil }) else { return next }
        return .earlier(next, forwards.due)
    }
}

// MARK: Coming and going

extension WaitingCallers {
    /// Somebody waits from now on, no longer than the hold unless somebody is at work on it.
    mutating func wait(_ request: RefreshRequest, _ reported: Fingerprint?, _ timing: LeaseTiming, at now: Instant) {
        queue.append(
            .init(
                id: request.waiter, reason: request.reason, fingerprint: reported,
                isForwarded: request.isForwarded, holdUntil: min(request.deadline, now + timing.hold),
                deadline: min(request.deadline, now + timing.forwardTimeout), forward: nil))
    }

    /// Somebody went away.
    mutating func left(_ waiter: WaiterID) { queue.remove(waiter) }

    /// Sends away those whose time is up.
    mutating func expire(isWorking: Bool, with answer: RefreshAnswer, at now: Instant, into out: inout Outbox) {
        queue.answer(
            { waiting in (isWorking || waiting.forward != nil ? waiting.deadline : waiting.holdUntil) <= now },
            with: { _ in answer }, into: &out)
    }

    /// The app is kept no more: everybody is sent away.
    mutating func dismissAll(with answer: RefreshAnswer, into out: inout Outbox) {
        queue.answer({ _ in true }, with: { _ in answer }, into: &out)
    }
}

// MARK: At a follower

extension WaitingCallers {
    /// This node leads: whoever hangs at an earlier leader, which may be frozen, is looked after here.
    mutating func leads() { queue.releaseAll() }

    /// Hands those who wait to the leader, once each until the leader answers.
    mutating func passOn(_ app: AppID, to leader: LeaderHint?, at now: Instant, into out: inout Outbox) {
        guard !queue.isEmpty else { return }
        queue.answer({ $0.isForwarded }, with: { _ in .notLeader(leader) }, into: &out)
        guard let leader else { return }
        // Whatever hangs at an earlier leader is asked again of this one; a refresh asked twice rotates once.
        if forwards.follows(leader.epoch, at: now) { queue.releaseAll() }
        guard forwards.isDue(at: now) else { return }
        var count = 0
        queue.dispatch(at: now) { reason, deadline in
            count += 1
            return out.forward(Forwarding(leader: leader, app: app, reason: reason, deadline: deadline))
        }
        out.counters.forwards += count
    }

    /// The leader answered: those whom the request carried have their answer.
    mutating func returned(_ request: RequestID, with answer: RefreshAnswer, into out: inout Outbox) {
        queue.answer({ $0.forward == request }, with: { _ in answer }, into: &out)
    }

    /// A forwarding brought nothing: wait a moment before the next.
    mutating func holdAgain(from request: RequestID, _ policy: RefreshPolicy, at now: Instant) {
        queue.release(from: request)
        forwards.failed(policy, at: now)
    }
}

// MARK: News of the token

extension WaitingCallers {
    /// The token has been replaced while they waited: those who reported the old one have what they came for.
    ///
    /// A leader also answers those who reported a token it has never heard of, as it does when they ask.
    mutating func superseded(by offer: Offer, isLeading: Bool, into out: inout Outbox) {
        let current = offer.token.credential.fingerprint
        queue.answer(
            { $0.fingerprint.map { offer.previous.contains($0) || (isLeading && $0 != current) } ?? false },
            with: { waiting in
                let refreshed = waiting.fingerprint.map(offer.previous.contains) ?? false
                return offer.answer(refreshed: refreshed, stillValid: false)
            },
            into: &out)
    }

    /// The store has a new token: everyone gets it but those who report that very one, which is served before it is
    /// stored.
    ///
    /// Of those WeChat is asked, as of anybody who reports the current token.
    mutating func replaced(by offer: Offer?, into out: inout Outbox) {
        guard let offer else { return }
        let new = offer.token.credential.fingerprint
        queue.answer(
            { $0.fingerprint != new }, with: { _ in offer.answer(refreshed: true, stillValid: false) }, into: &out)
    }

    /// WeChat was asked for a token and has named the one there was: everyone gets it.
    mutating func confirmed(_ offer: Offer?, into out: inout Outbox) {
        guard let offer else { return }
        let named = offer.token.credential.fingerprint
        queue.answer(
            { _ in true },
            with: { waiting in offer.answer(refreshed: false, stillValid: waiting.fingerprint == named) }, into: &out)
    }

    /// WeChat accepted the token: those who reported it are told so.
    mutating func lives(_ token: Fingerprint, _ offer: Offer?, into out: inout Outbox) {
        guard let offer else { return }
        queue.answer(
            { $0.fingerprint == token }, with: { _ in offer.answer(refreshed: false, stillValid: true) }, into: &out)
    }

    /// WeChat could not be asked whether the token lives: a brown-out must not make a healthy token uncertain.
    mutating func inconclusive(_ token: Fingerprint, _ trouble: Trouble, into out: inout Outbox) {
        queue.answer(
            { $0.fingerprint == token },
            with: { _ in .unavailable(reason: .wechatUnreachable(trouble), retryAfter: RetryHint.wechatUnreachable) },
            into: &out)
    }

    /// WeChat refuses to be asked about the token, and those who report it are told what follows.
    mutating func presumed(_ token: Fingerprint, _ answer: RefreshAnswer, into out: inout Outbox) {
        queue.answer({ $0.fingerprint == token && $0.forward == nil }, with: { _ in answer }, into: &out)
    }

    /// A call brought no token; `wasAnswered`: WeChat refused it.
    mutating func failed(_ trouble: Trouble, wasAnswered: Bool, _ pause: Duration, into out: inout Outbox) {
        let answer = RefreshAnswer.noToken(because: trouble, wasAnswered: wasAnswered, retryAfter: pause)
        queue.answer({ $0.forward == nil }, with: { _ in answer }, into: &out)
    }

    /// A dead token must not be replaced before `moment`: those who cannot wait so long are told when to come again.
    /// - Parameter trouble: why; nil: because of those who came before.
    mutating func tooSoon(_ moment: Instant, because trouble: Trouble?, at now: Instant, into out: inout Outbox) {
        let answer: RefreshAnswer =
            trouble.map { .refused(trouble: $0, retryAfter: moment - now) } ?? .tooSoon(retryAfter: moment - now)
        queue.answer({ $0.holdUntil < moment && $0.forward == nil }, with: { _ in answer }, into: &out)
    }
}
