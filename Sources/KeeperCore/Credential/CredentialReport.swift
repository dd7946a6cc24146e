/// How one credential is, for whoever operates.
struct CredentialReport: Equatable, Sendable {
    /// What is handed out; nil if there is nothing.
    var token: Credential?
    /// Whether it may not be the newest.
    var isUncertain: Bool
    /// Whether WeChat was asked for one and there is none within its life.
    var isMissing: Bool
    /// Why the last attempt to fetch failed; nil after a success.
    var trouble: Trouble?
    /// Whether that is a wrong configuration, so that WeChat is asked no more than once an hour.
    var isStopped: Bool
    /// Time until this node's next attempt; nil unless it leads.
    var nextAttempt: Duration?
    /// Intents begun today, as the store counts them.
    var rotationsToday: Int
    /// Tokens that a program outside the cluster has ended; nil if there was none.
    var externalRotations: ExternalRotations?
    /// Whether the current token is one of those, and waits to be replaced.
    var isRotatedExternally: Bool
    /// Whether such a program is still expected: the last was not long ago, or not even our own pauses have ended it.
    var expectsExternalRotations: Bool
}
