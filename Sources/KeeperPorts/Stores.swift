public import KeeperCore

/// Shared memory for the lease: what a node needs of Redis to win, keep and give up leadership.
///
/// An implementation belongs to one `LeaseHolder`, in whose name every command is given.
public protocol LeaseStore: Sendable {
    /// Executes one command atomically.
    /// - Parameter deadline: give up here. An unanswered command counts as unknown, never as refused: it may have run,
    ///   or may still run later.
    func perform(
        _ command: LeaseCommand, before deadline: ContinuousClock.Instant
    ) async throws(StoreError) -> LeaseReply

    /// A value whenever the store says that something has changed. Only hints: some may be lost.
    var hints: AsyncStream<Void> { get }
}

/// Shared memory for credentials, fenced by the lease's epoch.
public protocol CredentialStore: Sendable {
    /// Executes one command atomically.
    /// - Parameter deadline: as for `LeaseStore`.
    func perform(
        _ command: CredentialCommand, before deadline: ContinuousClock.Instant
    ) async throws(StoreError) -> CredentialReply
}
