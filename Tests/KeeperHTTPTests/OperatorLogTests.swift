import HTTPTypes
import Hummingbird
import HummingbirdTesting
import KeeperCore
import KeeperPorts
import KeeperTestKit
import Logging
import Testing

@testable import KeeperHTTP

/// What operators do stands in the log, with who did it; what they are told they can act on.
@Suite struct OperatorLogTests {
    private static let orders: [(path: String, body: String, line: String)] = [
        ("step-down", "", "notice an operator asks this node to step down client.id=operator"),
        ("switchover", #"{"leader":"a"}"#, "notice an operator asks this node to switch over client.id=operator"),
        (
            "pause", #"{"seconds":90}"#,
            "notice an operator asks this node to pause takeovers for 90 s client.id=operator"
        ),
        ("resume", "", "notice an operator asks this node to end the pause client.id=operator"),
        ("refresh", #"{"appid":"wx1"}"#, "notice an operator asks for a new token app.id=wx1 client.id=operator"),
        ("reload", "", "notice an operator has the configuration read again client.id=operator"),
    ]

    /// Also if nothing comes of it: the fake node refuses or fails everything here.
    @Test(arguments: orders.indices) func order_IsLogged_WithWhoGaveIt(index: Int) async throws {
        let order = Self.orders[index]
        let log = LogBook()
        let provider = FakeProvider()
        let headers: HTTPFields = [.authorization: "Bearer operator-key"]
        try await World.server(provider, logger: log.logger).application.test(.live) { server in
            _ = try await server.execute(
                uri: "/operate/\(order.path)", method: .post, headers: headers, body: ByteBuffer(string: order.body))
        }
        #expect(log.told == [order.line])
    }

    @Test func orderOfSomebodyWhoMayNot_IsNotLogged() async throws {
        let log = LogBook()
        let headers: HTTPFields = [.authorization: "Bearer shop-key"]
        try await World.server(FakeProvider(), logger: log.logger).application.test(.live) { server in
            let response = try await server.execute(uri: "/operate/step-down", method: .post, headers: headers)
            #expect(response.status == .forbidden)
        }
        #expect(log.told.isEmpty)
    }

    @Test func orderAtAFollower_NamesTheLeadersTermToo() async throws {
        let leader = LeaderHint(holder: .example("b", address: "http://10.0.0.12:2130"), epoch: Epoch(8))
        for refusal in [HandoverRefusal.notLeader(leader), .otherLeader(leader)] {
            let provider = FakeProvider()
            provider.change { $0.handover = .failure(refusal) }
            let reply = try await provider.ask(
                .post, "/operate/switchover", as: "operator", body: #"{"leader":"a"}"#)
            #expect(try reply.string("leader") == "b" && reply.int("epoch") == 8)
            #expect(try reply.string("address") == "http://10.0.0.12:2130")
        }
    }
}

extension World {
    /// A server before `provider` that tells `logger` what it has to tell.
    static func server(
        _ provider: any CredentialProvider & Reconfiguring, logger: Logger
    ) throws -> KeeperServer {
        KeeperServer(
            host: "127.0.0.1", port: 0, holder: .example(), provider: provider, reconfiguring: provider,
            registry: try registry(knownApps), secret: secret, logger: logger)
    }
}

extension LogBook {
    /// What an operator reads: the lines from `notice` on.
    var told: [String] { lines.filter { line in ["notice ", "warning ", "error "].contains { line.hasPrefix($0) } } }
}
