/// What one node tells another about all it knows (`GET /internal/state`).
public struct MemberState: Hashable, Sendable {
    /// Who tells.
    public var holder: LeaseHolder
    /// Highest epoch it has heard of.
    public var highestEpochSeen: Epoch
    /// Time since it last confirmed its versions with the store, or with a member that had; nil if never.
    public var syncAge: Duration?
    /// Its records, as `CredentialRecord`s read at this moment.
    public var records: [CredentialRecord]

    /// Describes a node's knowledge.
    public init(holder: LeaseHolder, highestEpochSeen: Epoch, syncAge: Duration?, records: [CredentialRecord]) {
        self.holder = holder
        self.highestEpochSeen = highestEpochSeen
        self.syncAge = syncAge
        self.records = records
    }
}
