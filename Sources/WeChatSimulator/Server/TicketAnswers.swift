/// The answer of `GET /simulator/ticket`.
struct TicketStandingMessage: Encodable {
    let known: Bool
    let current: Bool
    let usable: Bool
    let usableMs: Int64
    /// What is left of its period.
    let lifeMs: Int64
    let newer: Int?
    let type: String?
    /// Whose it is: one of the two.
    let appid: String?
    let corporation: String?
    let fingerprint: String

    init(ticket: String, _ standing: SimulatedWeChat.TicketStanding?) {
        known = standing != nil
        current = standing?.isCurrent ?? false
        usable = (standing?.usable ?? .zero) > .zero
        usableMs = standing?.usable.wholeMilliseconds ?? 0
        lifeMs = standing?.life.wholeMilliseconds ?? 0
        newer = standing?.newer
        type = standing?.kind.rawValue
        switch standing?.holder {
        case .app(let appID)?: (appid, corporation) = (appID, nil)
        case .corporation(let id)?: (appid, corporation) = (nil, id)
        case nil: (appid, corporation) = (nil, nil)
        }
        fingerprint = Fingerprint.of(ticket)
    }
}

/// The newest ticket of one kind, current or not.
struct TicketSummary: Encodable {
    let type: String
    let ticket: String
    let fingerprint: String
    let issued: Int
    let current: Bool
    let usableMs: Int64
    let lifeMs: Int64
}

extension SimulatedWeChat {
    /// Nil if there has been none, or the app cannot have one.
    func ticketSummary(of app: SimulatedApp, _ kind: TicketKind, at now: Instant) -> TicketSummary? {
        guard let key = app.ticketKey(kind), let line = tickets[key], let newest = line.newest else { return nil }
        guard let standing = standing(ofTicket: newest.value, at: now) else { return nil }
        return TicketSummary(
            type: kind.rawValue,
            ticket: newest.value,
            fingerprint: newest.fingerprint,
            issued: line.issuedCount,
            current: standing.isCurrent,
            usableMs: standing.usable.wholeMilliseconds,
            lifeMs: standing.life.wholeMilliseconds
        )
    }
}
