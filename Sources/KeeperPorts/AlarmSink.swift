public import KeeperCore

/// What has become of the alarms of one node since it last told of them.
///
/// Nothing in it is secret.
public struct AlarmReport: Equatable, Sendable {
    /// What is wrong now and was not.
    public var raised: [Alarm]
    /// What was told before and is wrong still.
    public var lasting: [Alarm]
    /// What was told, or may have been, and is wrong no more; as it was last seen.
    public var cleared: [Alarm]
    /// How many more there are, to be told later.
    public var more: Int

    /// Describes a change.
    public init(raised: [Alarm] = [], lasting: [Alarm] = [], cleared: [Alarm] = [], more: Int = 0) {
        self.raised = raised
        self.lasting = lasting
        self.cleared = cleared
        self.more = more
    }
}

/// Where alarms are told to people.
public protocol AlarmSink: Sendable {
    /// Tells of them; at most once, and no part of it twice.
    /// - Throws: why it is not known to have arrived, in words that hold no secret.
    func post(_ report: AlarmReport, before deadline: ContinuousClock.Instant) async throws(AlarmFailure)
}

/// Why a report did not arrive.
public struct AlarmFailure: Error, Equatable, Sendable {
    /// One sentence without a secret.
    public var reason: String

    /// Describes a failure.
    public init(reason: String) { self.reason = reason }
}
