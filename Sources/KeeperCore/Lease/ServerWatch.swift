/// Notices that another server answers, which may have forgotten a term whose holder still calls.
///
/// A node that has just started knows of no server before this one: only the record itself can tell it.
struct ServerWatch: Sendable {
    /// The server that answered last; nil before the first answer.
    private var run: String?
    /// Whoever led under a server that was replaced may call until then.
    private var forgottenUntil: Instant?

    /// Takes in who has answered.
    /// - Returns: whether what was watched so far proves nothing any more. A server started from an old copy may show a
    ///   renewal of long ago as the last one.
    mutating func meet(_ server: ServerIdentity, timing: LeaseTiming, rules: Rules, at now: Instant) -> Bool {
        guard rules.isReplaced(run, by: server) else { return false }
        if run != nil { forgottenUntil = now + timing.observation + timing.lateness }
        run = server.run
        return true
    }

    /// Whether the record that the grant of `epoch` replaced may hide a later term whose holder still calls.
    func mayHaveForgotten(
        _ previous: LeaseRecord?, isOld: Bool, before epoch: Epoch, rules: Rules, at now: Instant
    ) -> Bool {
        rules.provesNothing(isOld: isOld) || rules.isTermMissing(between: previous, and: epoch)
            || forgottenUntil.map { now < $0 } ?? false
    }
}
