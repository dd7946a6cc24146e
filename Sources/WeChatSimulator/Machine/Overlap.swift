extension SimulatedWeChat {
    /// Two calls of one app that were open at the same time.
    public struct Overlap: Equatable, Sendable {
        /// The app.
        public let appID: String
        /// The call that arrived first.
        public let first: Int
        /// The call that arrived while the first was open.
        public let second: Int
        /// When the second arrived.
        public let beganAt: Instant
        /// When the earlier of the two ended; nil while both are open.
        public let endedAt: Instant?
    }

    /// Which calls must not overlap.
    public enum OverlapScope: String, Sendable {
        /// Calls that issued a token.
        case issued
        /// Calls that issued one or, for all their caller knew, could have: fetches on the classic line and
        /// forced refreshes that were not refused.
        case rotating
    }

    /// Finds every pair of calls of one app whose intervals from arrival to end have a time in common.
    ///
    /// A call that has not ended counts as open for ever; calls that only touch do not overlap. Fetches by
    /// an external program are left out. The records may come from anywhere, in the order of their sequence.
    public static func overlaps(
        in records: some Sequence<CallRecord>,
        scope: OverlapScope = .issued,
        limit: Int = 1_000
    ) -> [Overlap] {
        var open: [String: [CallRecord]] = [:]
        var found: [Overlap] = []
        for record in records where scope.covers(record) {
            guard let appID = record.appID, found.count < limit else { continue }
            var others = open[appID, default: []]
            others.removeAll { ($0.endedAt ?? .never) <= record.startedAt }
            for other in others.prefix(limit - found.count) {
                let end = min(other.endedAt ?? .never, record.endedAt ?? .never)
                found.append(
                    Overlap(
                        appID: appID,
                        first: other.sequence,
                        second: record.sequence,
                        beganAt: record.startedAt,
                        endedAt: end == .never ? nil : end
                    )
                )
            }
            open[appID] = others + [record]
        }
        return found
    }
}

extension SimulatedWeChat.OverlapScope {
    func covers(_ record: SimulatedWeChat.CallRecord) -> Bool {
        guard !record.isExternal else { return false }
        if record.outcome == .issued { return true }
        guard self == .rotating else { return false }
        if case .refused = record.outcome { return false }
        return record.outcome == nil && (record.endpoint == .token || record.isForced)
    }
}

extension SimulatedWeChat.Instant {
    fileprivate static let never = Self(sinceStart: .nanoseconds(Int64.max))
}
