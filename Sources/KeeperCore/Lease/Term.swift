extension Elector {
    /// A term we were granted.
    struct Term: Equatable, Sendable {
        let epoch: Epoch
        let granted: Instant
        let quiet: QuietPeriod
        /// Whether the term before was given up for a node that reaches WeChat.
        let followsMove: Bool
        /// The server that granted it; another one may have forgotten whose term it is.
        let serverRun: String
        /// The lease's own deadline; it never moves back.
        var validUntil: Instant
        var renewal: Renewal
        /// Whether the operator was told that the lease ran out.
        var isLapsed = false

        /// When something is to be done about it; nil while a renewal of a lapsed lease is awaited.
        var nextWakeUp: Instant? {
            let lapse = isLapsed ? nil : validUntil
            guard case .due(let due) = renewal else { return lapse }
            return min(due, lapse ?? due)
        }

        /// When its own quiet period is over.
        func quietEnd(isUncertain: Bool, _ timing: LeaseTiming) -> Instant {
            quiet.end(isUncertain: isUncertain, granted: granted, timing: timing)
        }

        /// What is left of it for an app of which nothing is unclear, as people are told.
        func quietLeft(_ timing: LeaseTiming, at now: Instant) -> Duration {
            (quietEnd(isUncertain: false, timing) - now).atLeastZero
        }
    }

    /// The next or current renewal.
    enum Renewal: Equatable, Sendable {
        /// Can transition to: `inFlight` when its moment has come, or earlier on demand.
        case due(at: Instant)
        /// Can transition to: `due` when it is answered, or was not.
        case inFlight(request: RequestID, sentAt: Instant)
    }
}
