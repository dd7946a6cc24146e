/// The time a new leader waits before its first rotating call, so that every call of an earlier term is over by then.
struct QuietPeriod: Equatable, Sendable {
    /// No rotating call before this moment.
    var until: Instant
    /// For whom the time by which WeChat may still be late (δ) comes on top.
    var lateness: Lateness

    /// Which apps wait longer than `until`.
    enum Lateness: Equatable, Sendable {
        /// None: the predecessor has handed over and counted it in.
        case none
        /// Those with an open intent of another term or an uncertainty: their last call may be late.
        case unclear
        /// Those with an open intent or an uncertainty, for a call's whole time-out and δ: the caller died, and its
        /// last call may have left just before.
        case unfinished
        /// All: nobody knows what was open.
        case all
    }

    /// The end of the quiet period for one app, not before `granted` plus δ where δ applies.
    func end(isUncertain: Bool, granted: Instant, timing: LeaseTiming) -> Instant {
        let late = max(until, granted) + timing.lateness
        return switch lateness {
        case .none: until
        case .unclear: isUncertain ? late : until
        case .unfinished: isUncertain ? late + timing.callTimeout : until
        case .all: late
        }
    }
}
