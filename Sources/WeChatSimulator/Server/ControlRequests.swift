/// A body of the control interface.
///
/// Its keys are listed, so that unknown ones can be refused.
protocol ControlMessage: Decodable {
    static var keys: Set<String> { get }
}

/// The names of the keys of any JSON object.
struct KeyNames: Decodable {
    let names: Set<String>

    init(from decoder: any Decoder) throws {
        names = Set(try decoder.container(keyedBy: Key.self).allKeys.map(\.stringValue))
    }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}

/// The body of `POST /simulator/fault`.
struct FaultMessage: ControlMessage {
    static let keys: Set = [
        "appid", "endpoint", "fault", "times", "delay_before_ms", "delay_after_ms", "processes", "errcode", "errmsg",
        "status", "bytes", "interval_ms", "expires_in",
    ]

    let appid: String?
    let endpoint: String?
    let fault: String
    let times: Int?
    let delayBeforeMs: Int?
    let delayAfterMs: Int?
    let processes: Bool?
    let errcode: Int?
    let errmsg: String?
    let status: Int?
    let bytes: Int?
    let intervalMs: Int?
    let expiresIn: String?

    func armedFault() throws(SimulatorError) -> SimulatedWeChat.Fault {
        try SimulatedWeChat.Fault(
            kind(),
            delayBefore: .milliseconds(bounded("delay_before_ms", delayBeforeMs ?? 0, 0...3_600_000)),
            delayAfter: .milliseconds(bounded("delay_after_ms", delayAfterMs ?? 0, 0...3_600_000)),
            processes: processes
        )
    }

    private func kind() throws(SimulatorError) -> SimulatedWeChat.Fault.Kind {
        switch fault {
        case "delay": .delay
        case "hang": .hang
        case "reset-before": .resetBefore
        case "reset-after": .resetAfter
        case "lost-answer": .lostAnswer
        case "error": .error(WeChatError(code: errcode ?? -1, text: String((errmsg ?? "system error").prefix(1_000))))
        case "truncated": .truncated
        case "huge": .huge(bytes: try bounded("bytes", bytes ?? 100_000_000, 0...1_000_000_000))
        case "html": .html
        case "status": .status(try bounded("status", status ?? 502, 200...599))
        case "empty": .empty
        case "drip": .drip(every: .milliseconds(try bounded("interval_ms", intervalMs ?? 100, 1...60_000)))
        case "expires-in": .expiresIn(expiresIn.map { String($0.prefix(1_000)) })
        case "empty-token": .emptyToken
        default: throw .invalid("fault is \(fault); allowed are \(Self.faults)")
        }
    }

    private static let faults = """
        delay, hang, reset-before, reset-after, lost-answer, error, truncated, huge, html, status, empty, drip, \
        expires-in, empty-token
        """

    private func bounded(_ name: String, _ value: Int, _ allowed: ClosedRange<Int>) throws(SimulatorError) -> Int {
        guard allowed.contains(value) else {
            throw .invalid("\(name) is \(value); allowed is \(allowed.lowerBound) to \(allowed.upperBound)")
        }
        return value
    }
}

/// The body of `POST /simulator/revoke`.
struct RevokeMessage: ControlMessage {
    static let keys: Set = ["appid", "line"]

    let appid: String
    let line: String?
}

/// The body of `POST /simulator/ticket`.
struct TicketMessage: ControlMessage {
    static let keys: Set = ["appid", "type"]

    let appid: String
    let type: String
}

/// The body of `POST /simulator/external-rotation`.
struct ExternalRotationMessage: ControlMessage {
    static let keys: Set = ["appid"]

    let appid: String
}

/// The body of `POST /simulator/apps` and `PUT /simulator/apps`.
struct AppMessage: ControlMessage {
    static let keys: Set = [
        "appid", "secret", "corporation", "token_length", "allow_list", "classic_per_day", "stable_per_day",
        "forced_per_day", "per_minute",
    ]

    let appid: String
    let secret: String
    let corporation: String?
    let tokenLength: Int?
    let allowList: [String]?
    let classicPerDay: Int?
    let stablePerDay: Int?
    let forcedPerDay: Int?
    let perMinute: Int?

    func app() throws(SimulatorError) -> SimulatedApp {
        var quotas = SimulatedApp.Quotas()
        quotas.classicPerDay = classicPerDay ?? quotas.classicPerDay
        quotas.stablePerDay = stablePerDay ?? quotas.stablePerDay
        quotas.forcedPerDay = forcedPerDay ?? quotas.forcedPerDay
        quotas.perMinute = perMinute ?? quotas.perMinute
        return try SimulatedApp(
            appID: appid,
            secret: secret,
            corporation: corporation,
            tokenLength: tokenLength ?? 136,
            allowList: allowList ?? [],
            quotas: quotas
        )
    }
}
