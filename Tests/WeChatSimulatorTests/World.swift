import Foundation
import WeChatSimulator

/// A machine with one app, and short words for what tests do to it.
struct World {
    var machine: SimulatedWeChat
    static let appID = "wx0000000000000001"
    static let secret = "secret-of-the-first-app"

    init(
        lifetime: Duration = .seconds(7200),
        overlap: Duration = .seconds(300),
        tokenLength: Int = 32,
        allowList: [String] = [],
        quotas: SimulatedApp.Quotas = .init(),
        calls: Int = 1_000
    ) throws {
        machine = SimulatedWeChat(
            timing: try .init(lifetime: lifetime, overlap: overlap),
            limits: .init(apps: 3, faults: 3, calls: calls),
            seed: 1,
            startUnixSeconds: 0x64d2_0329
        )
        try machine.add(
            SimulatedApp(
                appID: Self.appID,
                secret: Self.secret,
                tokenLength: tokenLength,
                allowList: allowList,
                quotas: quotas
            )
        )
    }

    static let credentials = SimulatedWeChat.Credentials(appID: appID, secret: secret)

    /// A call from arrival to end at one moment.
    mutating func ask(
        _ request: SimulatedWeChat.Request,
        at seconds: Double,
        from address: String = "10.0.0.1"
    ) -> Answer {
        let now = SimulatedWeChat.Instant.seconds(seconds)
        let call = machine.arrive(request, from: .init(address: address), at: now)
        let reply = machine.process(call, at: now)
        machine.finish(call.sequence, as: .answered, at: now)
        return Answer(reply.body)
    }

    mutating func classic(at seconds: Double) -> Answer { ask(.token(Self.credentials), at: seconds) }

    mutating func stable(at seconds: Double, force: Bool = false) -> Answer {
        ask(.stableToken(Self.credentials, forceRefresh: force), at: seconds)
    }

    /// The errcode that this token is given; 0 if it is alive.
    mutating func errcode(of token: String?, at seconds: Double) -> Int {
        ask(.domainIP(accessToken: token), at: seconds).errcode ?? 0
    }

    func standing(of token: String?, at seconds: Double) -> SimulatedWeChat.Standing? {
        token.flatMap { machine.standing(of: $0, at: .seconds(seconds))?.standing }
    }
}

/// A WeChat reply, read as JSON where it is JSON.
struct Answer: Equatable {
    let body: String

    init(_ body: String) {
        self.body = body
    }

    var object: [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any] ?? [:]
    }

    var token: String? { object["access_token"] as? String }
    var expiresIn: Int? { object["expires_in"] as? Int }
    var errcode: Int? { object["errcode"] as? Int }
    var errmsg: String? { object["errmsg"] as? String }
}
