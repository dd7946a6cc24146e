internal import KeeperCore

/// The WeChat of a world, the only truth about tokens: what was issued, when, to whom, and what still lives.
///
/// Two readings of "new and old are both usable for five minutes" are kept. *Grace-each*: a token dies `overlap` after
/// the next issue. *Strict-two*: besides, only the last two live; how often that mattered is counted, not judged.
struct WeChatModel: Sendable {
    /// One issued token.
    struct Issue: Hashable, Sendable {
        let token: Token
        let at: WorldTime
        let life: Double
        /// The call that brought it; nil for a program outside the cluster.
        let caller: Caller?
        /// Whether it came by a rotating call, so that an intent must have announced it.
        let isRotation: Bool
        /// When the next token was issued.
        var supersededAt: WorldTime?
        /// Whether an external rotation has superseded it.
        var isSupersededExternally = false
        /// When it was taken back before its time.
        var revokedAt: WorldTime?
        /// When it ends by its life.
        var expiresAt: WorldTime { at + life }
    }

    /// Who made a call.
    struct Caller: Hashable, Sendable {
        let node: Int
        let life: Int
        let epoch: Epoch
        /// The world's number of the term; nil if the store has never granted it.
        let term: Int?
    }

    /// One app's account.
    struct Account: Hashable, Sendable {
        let line: CredentialLine
        /// The life given to the next token, in seconds.
        var life: Double
        /// Whether its secret is wrong, so that every call is refused.
        let isMisconfigured: Bool
        var issues: [Issue] = []
        var lastForced = WorldTime.never
    }

    var accounts: [Account]
    /// How long the previous token stays alive, in seconds.
    let overlap: Double
    /// A stable token with less than this left is renewed by a call in normal mode.
    let renewalWindow: Double
    /// Tokens that grace-each still accepted and strict-two would have refused.
    private(set) var strictRefusals = 0

    init(accounts: [Account], overlap: Double, renewalWindow: Double) {
        self.accounts = accounts
        self.overlap = overlap
        self.renewalWindow = renewalWindow
    }

    // MARK: Tokens

    /// The number of a token among its app's issues; nil if it is none of them.
    func number(_ token: Token, of app: Int) -> Int? {
        // Mostly the newest, or the one before.
        var number = accounts[app].issues.count - 1
        while number >= 0, accounts[app].issues[number].token != token { number -= 1 }
        return number < 0 ? nil : number
    }

    /// When the `number`th token of an app dies, as far as is known now.
    func end(of number: Int, of app: Int) -> WorldTime {
        min(
            accounts[app].issues[number].expiresAt, accounts[app].issues[number].revokedAt ?? .forever,
            accounts[app].issues[number].supersededAt.map { $0 + overlap } ?? .forever)
    }

    /// Whether a token is accepted, by the reading *grace-each*.
    mutating func accepts(_ token: Token, of app: Int, at time: WorldTime) -> Bool {
        guard let number = number(token, of: app), time < end(of: number, of: app) else { return false }
        if number + 2 < accounts[app].issues.count { strictRefusals += 1 }
        return true
    }

    /// Whether the `number`th token of an app lives.
    func lives(_ number: Int, of app: Int, at time: WorldTime) -> Bool { time < end(of: number, of: app) }

    // MARK: Calls

    /// Processes a call that is not refused: the token, what it has left, and whether a new one was issued.
    mutating func process(
        _ kind: CallKind, of app: Int, by caller: Caller?, at time: WorldTime
    ) -> (token: Token, left: Double, isNew: Bool) {
        let newest = accounts[app].issues.count - 1
        if newest >= 0, !mustIssue(kind, app, newest, time) {
            let issue = accounts[app].issues[newest]
            return (issue.token, issue.expiresAt - time, false)
        }
        if kind == .stableForced { accounts[app].lastForced = time }
        return (issue(app, kind, by: caller, at: time), accounts[app].life, true)
    }

    private func mustIssue(_ kind: CallKind, _ app: Int, _ newest: Int, _ time: WorldTime) -> Bool {
        switch kind {
        case .classic: return true
        case .stableForced: return time - accounts[app].lastForced >= 30
        case .stable, .wecom, .ticket:
            let issue = accounts[app].issues[newest]
            return issue.revokedAt != nil || issue.expiresAt - time <= renewalWindow
        }
    }

    private mutating func issue(_ app: Int, _ kind: CallKind, by caller: Caller?, at time: WorldTime) -> Token {
        let number = accounts[app].issues.count
        let token = Token("T\(app)-\(number)")
        if number > 0 {
            accounts[app].issues[number - 1].supersededAt = time
            accounts[app].issues[number - 1].isSupersededExternally = caller == nil
        }
        accounts[app].issues.append(
            Issue(
                token: token, at: time, life: accounts[app].life, caller: caller, isRotation: kind.rotates))
        return token
    }

    /// Takes the newest token of an app back.
    mutating func revoke(_ app: Int, at time: WorldTime) {
        guard let newest = accounts[app].issues.indices.last else { return }
        accounts[app].issues[newest].revokedAt = time
    }
}
