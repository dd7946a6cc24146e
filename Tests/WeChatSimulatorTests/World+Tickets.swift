import WeChatSimulator

/// Short words for tickets, and for the apps of a WeCom corporation.
extension World {
    static let corporation = "ww0000000000000001"

    /// The official account, and two apps of one corporation: `desk` and `door`.
    static func withCorporation(
        lifetime: Duration = .seconds(7200),
        overlap: Duration = .seconds(300)
    ) throws -> World {
        var world = try World(lifetime: lifetime, overlap: overlap)
        for name in ["desk", "door"] { try world.machine.add(weComApp(name)) }
        return world
    }

    static func weComApp(_ name: String, allowList: [String] = []) throws -> SimulatedApp {
        try SimulatedApp(
            appID: name,
            secret: "secret-of-\(name)",
            corporation: corporation,
            tokenLength: 32,
            allowList: allowList
        )
    }

    mutating func ticket(_ type: String?, with token: String?, at seconds: Double) -> Answer {
        ask(.ticket(accessToken: token, type: type), at: seconds)
    }

    mutating func weCom(_ name: String, at seconds: Double) -> Answer {
        ask(.weComToken(.init(corporation: Self.corporation, secret: "secret-of-\(name)")), at: seconds)
    }

    mutating func corporationTicket(with token: String?, at seconds: Double) -> Answer {
        ask(.corporationTicket(accessToken: token), at: seconds)
    }

    mutating func agentTicket(
        with token: String?,
        type: String? = "agent_config",
        at seconds: Double
    ) -> Answer {
        ask(.agentTicket(accessToken: token, type: type), at: seconds)
    }

    func standing(ofTicket ticket: String?, at seconds: Double) -> SimulatedWeChat.TicketStanding? {
        ticket.flatMap { machine.standing(ofTicket: $0, at: .seconds(seconds)) }
    }
}

extension Answer {
    var ticket: String? { object["ticket"] as? String }
}
