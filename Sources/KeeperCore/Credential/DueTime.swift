/// When the current token is due.
///
/// Drawn once for each version, so that it does not move while the leader looks at it.
struct DueTime: Sendable {
    /// Nil before the first token.
    private(set) var at: Instant?
    /// The version it was drawn for.
    private var version: (epoch: Epoch, number: UInt64)?

    /// Draws the moment for a version that was not known before.
    /// - Returns: whether it was not.
    mutating func draw(
        for credential: Credential, _ line: CredentialLine, _ policy: RefreshPolicy, random: inout SplitMix64
    ) -> Bool {
        let isKnown = version.map { $0 == (credential.epoch, credential.version) } ?? false
        guard !isKnown else { return false }
        version = (credential.epoch, credential.version)
        redraw(for: credential, line, policy, random: &random)
        return true
    }

    /// Draws it anew, since the token's end was not where it seemed.
    mutating func redraw(
        for credential: Credential, _ line: CredentialLine, _ policy: RefreshPolicy, random: inout SplitMix64
    ) {
        at = policy.due(credential, line: line, chance: random.nextUnit())
    }
}
