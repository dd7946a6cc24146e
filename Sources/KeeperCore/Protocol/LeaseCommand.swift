/// What a node asks of the store about the lease and the cluster.
///
/// Each command is one atomic script.
///
/// The store knows who asks (`LeaseHolder`, "the caller"). A command may be executed any time after it was sent, even
/// long after its sender gave up; every script is written so that such a stray does no harm.
public enum LeaseCommand: Hashable, Sendable {
    /// Heartbeat and poll; changes nothing but the caller's member record.
    indirect case tick(Tick)
    /// Take the lease if it is free.
    indirect case acquire(Acquisition)
    /// Keep the lease: granted only if the record is the caller's, of this epoch and not released. Counts `sequence`
    /// up, sets the lock for `ttl` (re-creating it if it has expired) and `isActive` if asked (never unsets it).
    case renew(epoch: Epoch, ttl: Duration, isActive: Bool)
    /// Give the lease up: only if the record is the caller's, of this epoch and not released yet. Marks the record
    /// released, deletes the lock, publishes a hint.
    indirect case release(epoch: Epoch, handover: Handover)
    /// Say that the caller's process has ended, which only its parent can know: if the record is the caller's, of
    /// whatever epoch, and not released yet, marks it `holderDied`, deletes the lock, publishes a hint.
    case reportDeath
    /// Keep everybody from taking the lease for so long, at most `longestPause`; nil ends the pause. The leader stays;
    /// whoever is named in a handover may follow all the same. Publishes a hint.
    case pause(for: Duration?)
    /// Remove the caller's member record, if it is the caller's incarnation that stands there.
    case leave

    /// The longest maintenance pause: a forgotten one must end by itself.
    public static let longestPause: Duration = .seconds(24 * 3600)
}

/// An attempt to take the lease.
///
/// 1. The lock exists and is the caller's, and so is the record, not released: an earlier attempt ran although its
///    answer was lost. Counts `sequence` up, sets the lock again and answers `resumed`.
/// 2. The lock exists and is another's, and there is a record: `denied`, unless `steals` and the record is still
///    exactly `observed`. (Without a record the lock's owner cannot renew it; only a store whose clock was set back
///    keeps it.)
/// 3. Otherwise the new epoch is max(record's epoch, highest epoch seen) + 1; and at least the store's clock in
///   seconds, if there is no record or one of an earlier start of the server: then higher ones may have been forgotten.
///   Writes the record (sequence 1, not active, not released), sets the lock for `ttl`, appends to the history,
///   publishes a hint, answers `granted` with the record it replaced.
///
/// It notes the server's identity in the record (`ServerIdentity.run`). Nothing else does: what is said later of a term
/// that another start of the server granted does not make it any younger.
public struct Acquisition: Hashable, Sendable {
    /// Length of the lease.
    public var ttl: Duration
    /// Highest epoch the caller has ever heard of.
    public var highestEpochSeen: Epoch
    /// The renewal the caller has watched.
    public var observed: ObservedRenewal?
    /// Whether the caller has seen `observed` unchanged for so long that the lock cannot be right (a store whose clock
    /// was set back or stands still keeps a lock for ever).
    public var steals: Bool

    /// Describes an attempt.
    public init(ttl: Duration, highestEpochSeen: Epoch, observed: ObservedRenewal?, steals: Bool) {
        self.ttl = ttl
        self.highestEpochSeen = highestEpochSeen
        self.observed = observed
        self.steals = steals
    }
}
