public import KeeperCore

/// WeChat, as far as a leader needs it.
///
/// Never throws: everything that can happen is one of the outcomes.
public protocol CredentialSource: Sendable {
    /// Asks for a token.
    /// - Parameters:
    ///   - deadline: the call is given up here.
    ///   - mayBegin: asked on any thread, when the connection stands and nothing has been sent; if it says no, the
    ///     outcome is `notSent`. Must not block.
    func fetch(
        _ app: AppID, _ kind: CallKind, before deadline: ContinuousClock.Instant,
        mayBegin: @escaping @Sendable () -> Bool
    ) async -> CallOutcome

    /// Asks for a ticket with the token of its app. The parameters are those of `fetch`.
    func fetchTicket(
        _ type: TicketType, of app: AppID, with token: Token, before deadline: ContinuousClock.Instant,
        mayBegin: @escaping @Sendable () -> Bool
    ) async -> CallOutcome

    /// Asks whether a token still lives, by a call that changes nothing (`/cgi-bin/get_api_domain_ip`).
    func probe(
        _ app: AppID, _ token: Token, before deadline: ContinuousClock.Instant,
        mayBegin: @escaping @Sendable () -> Bool
    ) async -> ProbeOutcome

    /// Whether WeChat is there: connects, TLS and all, and hangs up without a request.
    func reach(before deadline: ContinuousClock.Instant) async -> Bool
}
