extension SimulatedWeChat {
    /// The kinds of ticket that are given, by the names WeChat has for them.
    public enum TicketKind: String, CaseIterable, Sendable, Codable {
        /// For `wx.config`: an official account's, or a WeCom corporation's.
        case jsapi
        /// For an official account's card coupons.
        case wxCard = "wx_card"
        /// For `wx.agentConfig`: a WeCom app's.
        case agentConfig = "agent_config"
    }

    /// Whose a ticket is.
    public enum TicketHolder: Hashable, Sendable {
        /// An app, by its appid.
        case app(String)
        /// A WeCom corporation, by its corpid; each of its apps is given the same ticket.
        case corporation(String)
    }

    /// How a ticket stands at one moment.
    public struct TicketStanding: Equatable, Sendable {
        /// Whose it is.
        public let holder: TicketHolder
        /// What it is for.
        public let kind: TicketKind
        /// Whether it is the one that WeChat gives to whoever asks.
        public let isCurrent: Bool
        /// Signatures made with it hold for so much longer; zero when it is dead, and before it was issued.
        public let usable: Duration
        /// What is left of the period for which it is given, which WeChat does not tell; zero when over.
        public let life: Duration
        /// How many newer ones were issued.
        public let newer: Int
    }
}

/// What has tickets of its own: the holder, and the kind.
struct TicketKey: Hashable {
    let holder: SimulatedWeChat.TicketHolder
    let kind: SimulatedWeChat.TicketKind
}

/// One ticket that was issued.
struct IssuedTicket: Equatable {
    let value: String
    let fingerprint: String
    let bornAt: SimulatedWeChat.Instant
    let endsAt: SimulatedWeChat.Instant
    /// The end of its period, or the moment before that at which another took its place.
    var replacedAt: SimulatedWeChat.Instant
}

/// The tickets of one holder and kind, oldest first.
///
/// A ticket is given for its whole period and is replaced at the period's end, or before by control; then it stays
/// usable for the overlap. Nothing here depends on who asks when, but the birth: a period begins when somebody asks
/// and the one before is over.
struct TicketLine: Equatable {
    /// Tickets older than these are forgotten.
    static let remembered = 32
    /// As long as the one in WeChat's example of a signature.
    static let length = 86

    private(set) var tickets: [IssuedTicket] = []
    private(set) var issuedCount = 0

    var newest: IssuedTicket? { tickets.last }

    /// The ticket that WeChat gives now; nil when the next to ask begins a new period.
    func current(at now: SimulatedWeChat.Instant) -> IssuedTicket? {
        newest.flatMap { $0.replacedAt > now ? $0 : nil }
    }

    /// Adds a ticket, which takes the place of the newest.
    ///
    /// Returns the ticket that is forgotten to make room.
    mutating func issue(_ value: String, at now: SimulatedWeChat.Instant, lifetime: Duration) -> String? {
        if let last = tickets.indices.last { tickets[last].replacedAt = min(tickets[last].replacedAt, now) }
        let end = now + lifetime
        tickets.append(
            IssuedTicket(
                value: value,
                fingerprint: Fingerprint.of(value),
                bornAt: now,
                endsAt: end,
                replacedAt: end
            )
        )
        issuedCount += 1
        return tickets.count > Self.remembered ? tickets.removeFirst().value : nil
    }

    /// How a ticket stands at any moment, past moments too; nil if it is not remembered.
    func standing(
        of value: String,
        _ key: TicketKey,
        at moment: SimulatedWeChat.Instant,
        overlap: Duration
    ) -> SimulatedWeChat.TicketStanding? {
        guard let index = tickets.lastIndex(where: { $0.value == value }) else { return nil }
        let ticket = tickets[index]
        let isBorn = ticket.bornAt <= moment
        return SimulatedWeChat.TicketStanding(
            holder: key.holder,
            kind: key.kind,
            isCurrent: isBorn && moment < ticket.replacedAt,
            usable: isBorn ? max(.zero, ticket.replacedAt + overlap - moment) : .zero,
            life: max(.zero, ticket.endsAt - moment),
            newer: tickets.count - 1 - index
        )
    }
}
