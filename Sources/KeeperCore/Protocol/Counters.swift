/// What a node counts from its start.
public struct Counters: Equatable, Sendable {
    /// Ticks sent ("timer runs").
    public var ticks = 0
    /// Terms won.
    public var terms = 0
    /// Tokens published by this node ("refreshes done").
    public var refreshesDone = 0
    /// Calls that brought no token ("refreshes failed").
    public var refreshesFailed = 0
    /// Calls of unknown outcome.
    public var unknownCalls = 0
    /// Publications refused because somebody had rotated since.
    public var stalePublications = 0
    /// Tokens found dead although nobody here had replaced them.
    public var externalRotations = 0
    /// Records written back after the store had lost them.
    public var restorations = 0
    /// Refreshes asked of this node.
    public var refreshesAsked = 0
    /// Refreshes forwarded to the leader.
    public var forwards = 0
    /// Renewals that failed.
    public var renewalsFailed = 0
    /// Steps of the store's clock noticed.
    public var storeClockSteps = 0

    /// All zero.
    public init() {}
}
