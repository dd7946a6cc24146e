/// A rule taken out of the core on purpose, so that a test shows the simulation would notice its absence.
///
/// Visible inside the package only; no configuration leads here.
package enum Mutation: String, CaseIterable, Hashable, Sendable {
    /// A new leader calls at once.
    case noQuiet
    /// A new leader trusts the lock's expiry and waits only when there was no record.
    case quietOnlyWithoutRecord
    /// A released term hands on nothing of its own quiet period nor of a call of unknown outcome.
    case noLeftOnRelease
    /// A released term hands on nothing of a call of unknown outcome.
    case noUnknownInLeft
    /// The lease is counted from the reply instead of the request.
    case deadlineFromReply
    /// A call starts although the lease does not outlast it.
    case noBudget
    /// An incarnation that finds its own name in the record skips the quiet period, whatever the epoch.
    case trustsOwnRecord
    /// A leader goes on after the store's server was replaced.
    case ignoresServerRun
    /// A call of unknown outcome leaves no taint.
    case noTaint
    /// A lock that cannot be right is never taken over.
    case noSteal
    /// A new leader fetches what the store lacks without asking the members.
    case neverAsksPeers
}
