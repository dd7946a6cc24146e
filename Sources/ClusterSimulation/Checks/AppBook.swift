internal import KeeperCore

/// What the invariants need to remember of one app.
struct AppBook: Hashable, Sendable {
    /// Rotating calls that have left a node and have not been processed.
    var flights: [WeChatModel.Caller] = []
    /// The latest term of which a rotating call was processed.
    var newestTerm = 0
    /// The newest token that the cluster's own calls have brought about.
    var newestIssue: Int?
    /// The newest one by a rotating call.
    var newestRotation: Int?
    /// By how many seconds the command that wrote a token ran late: its end is labelled that much too late, unless the
    /// intent still stood.
    ///
    /// Only looked up.
    var lateness: [Int: Double] = [:]
    /// Since when the newest rotation waits to be published.
    var unpublishedSince: WorldTime?
    /// Whether the store has lost what it knew, and has not caught up since.
    var hasLostHistory = false
    /// When it last lost something.
    var lostAt = WorldTime.never
    /// Whether the store has forgotten an uncertainty that nodes may remember: a leader among them asks WeChat, for the
    /// others only the next token ends it.
    var hasForgottenUncertainty = false
    /// When an operator last asked for a new token.
    var operatorAskedAt = WorldTime.never
    /// When everything was last seen to be well on every node.
    var healedAt = WorldTime.never

    /// The store has forgotten, or was set back.
    mutating func loseHistory(at time: WorldTime) {
        hasLostHistory = true
        lostAt = time
    }
}
