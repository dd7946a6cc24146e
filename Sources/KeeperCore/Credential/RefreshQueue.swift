/// The callers who wait for another token of one app, in order of arrival.
struct RefreshQueue: Sendable {
    struct Waiting: Sendable {
        let id: WaiterID
        let reason: RefreshRequest.Reason
        /// Of the token the caller says was refused; nil for an operator.
        let fingerprint: Fingerprint?
        let isForwarded: Bool
        /// Without anybody at work on it, the caller is sent away then.
        let holdUntil: Instant
        /// The caller is sent away then in any case.
        let deadline: Instant
        /// The request that carries it to the leader.
        var forward: RequestID?
        /// When that was sent.
        var forwardedAt: Instant?
    }

    private(set) var waiting: [Waiting] = []

    var isEmpty: Bool { waiting.isEmpty }
    var count: Int { waiting.count }

    mutating func append(_ one: Waiting) { waiting.append(one) }

    /// Takes out everyone for whom `condition` holds and gives them the answer made for them.
    ///
    /// In place it looks at each without a copy; as a call it would be handed them one by one.
    @inline(__always)
    mutating func answer(
        _ condition: (Waiting) -> Bool, with answer: (Waiting) -> RefreshAnswer, into out: inout Outbox
    ) {
        guard waiting.contains(where: condition) else { return }
        var left: [Waiting] = []
        for one in waiting {
            if condition(one) { out.answer(one.id, answer(one)) } else { left.append(one) }
        }
        waiting = left
    }

    /// Forgets a caller who went away.
    mutating func remove(_ id: WaiterID) { waiting.removeAll { $0.id == id } }

    /// Marks everyone who is not on the way yet, one request for all that ask the same; a latecomer joins the request
    /// that is on its way.
    mutating func dispatch(at now: Instant, _ send: (RefreshRequest.Reason, Instant) -> RequestID) {
        for index in waiting.indices where waiting[index].forward == nil && !waiting[index].isForwarded {
            let reason = waiting[index].reason
            guard let first = waiting.first(where: { $0.forward != nil && $0.reason == reason }) else { continue }
            waiting[index].forward = first.forward
            waiting[index].forwardedAt = first.forwardedAt
        }
        while let first = waiting.first(where: { $0.forward == nil && !$0.isForwarded }) {
            let together = waiting.indices.filter { index in
                waiting[index].forward == nil && !waiting[index].isForwarded && waiting[index].reason == first.reason
            }
            let deadline = together.map { waiting[$0].deadline }.max() ?? first.deadline
            let request = send(first.reason, deadline)
            for index in together {
                waiting[index].forward = request
                waiting[index].forwardedAt = now
            }
        }
    }

    /// Takes everyone off a request that brought nothing.
    mutating func release(from request: RequestID) {
        for index in waiting.indices where waiting[index].forward == request { waiting[index].forward = nil }
    }

    /// Takes everyone off whatever request carries them.
    mutating func releaseAll() {
        for index in waiting.indices { waiting[index].forward = nil }
    }

    /// The next moment at which somebody must be sent away; `isWorking`: the leader here is at work for them.
    func nextExpiry(isWorking: Bool) -> Instant? {
        waiting.reduce(nil) { .earlier($0, isWorking || $1.forward != nil ? $1.deadline : $1.holdUntil) }
    }
}
