/// What the health of one app or ticket is judged from.
struct CredentialFacts: Equatable, Sendable {
    let isTicket: Bool
    /// When what is handed out ends; the origin if there is nothing.
    var ends = Instant.origin
    /// Whether it may not be the newest.
    var isUncertain = false
    /// Whether the last attempt to fetch failed, and WeChat's code if it gave one.
    var isInTrouble = false
    var errcode: Int?
    /// Whether the node must not be ready before this app was asked for.
    var lacksFirstAnswer = false

    func isWell(at now: Instant) -> Bool {
        Self.isWell(left: ends - now, isUncertain: isUncertain, isInTrouble: isInTrouble)
    }

    /// Whether there is a valid token, no uncertainty and no trouble.
    static func isWell(left: Duration, isUncertain: Bool, isInTrouble: Bool) -> Bool {
        left > .zero && !isUncertain && !isInTrouble
    }
}
