/// The terms this process has held, and what they leave to whoever follows.
struct OwnTerms: Sendable {
    /// The last of them; nil before the first has ended.
    private var last: HeldTerm?
    /// The last that was given up on purpose: its record may still show it as ours, which it is no more.
    private var released = Epoch.none
    /// A call of unknown outcome may be processed until then; it binds every term after it, ours or another's.
    private var unknownUntil: Instant?

    /// The last term, as a proof of what binds its successor.
    var held: HeldTerm? {
        last.map { HeldTerm(epoch: $0.epoch, boundUntil: max($0.boundUntil, unknownUntil ?? $0.boundUntil)) }
    }

    /// Whether the record shows a term of this process that it has not given up: then it may take the lease up again.
    func mayTakeUp(_ record: LeaseRecord, as holder: LeaseHolder) -> Bool {
        record.holder.incarnation == holder.incarnation && record.release == nil && record.epoch > released
    }

    /// A call whose outcome is unknown may be processed until `moment`.
    mutating func noteUnknownCall(until moment: Instant) { unknownUntil = max(unknownUntil ?? moment, moment) }

    /// A term is over; its own quiet period would have ended at `boundUntil`.
    mutating func end(_ epoch: Epoch, boundUntil: Instant) { last = HeldTerm(epoch: epoch, boundUntil: boundUntil) }

    /// A term was given up on purpose.
    mutating func release(_ epoch: Epoch) { released = max(released, epoch) }

    /// What a successor must still wait: the rest of the term's own quiet period, and of a call that may still be
    /// processed.
    ///
    /// Both parts are necessary; the simulation broke drafts that lacked either.
    func rest(boundUntil quiet: Instant, drift: Double, rules: Rules, at now: Instant) -> Duration {
        guard rules.restIsHandedOn else { return .zero }
        let unknown = rules.handedOn(unknownUntil: unknownUntil) ?? quiet
        return (max(quiet, unknown) - now).atLeastZero.scaled(by: 1 + drift)
    }
}

/// A term this process has held, and the moment until which no rotating call may follow it.
struct HeldTerm: Equatable, Sendable {
    let epoch: Epoch
    let boundUntil: Instant
}
