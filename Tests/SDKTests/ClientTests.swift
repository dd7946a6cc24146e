import ClusterObservation
import Foundation
import LocalCluster
import Subprocess
import Testing
import WeChatSimulator

extension SDKTests {
    /// What a client tells at its end.
    ///
    /// Times are in milliseconds.
    private struct Account: Decodable, CustomStringConvertible {
        let calls, failed, tokens: Int
        let errors: [String]
        /// The longest read after the first round, and the longest report of a refused token, which waits for a leader.
        let slowest, held: Int

        var description: String {
            "\(calls) calls, \(failed) failed, \(tokens) tokens, at most \(slowest) ms, held \(held) ms \(errors)"
        }
    }

    /// Every class of the guide and every client that people use, all at once, each by every way in that it has.
    @Test(arguments: [ClusterPlan.Balancer.haproxy, .nginx])
    func client_LosesNoCall_ThoughTheLeaderDiesAndTheTokenToo(_ front: ClusterPlan.Balancer) async throws {
        let clients = try await Clients.made.value
        try await withCluster(behind: front) { cluster in
            var running: [(client: Clients.Client, child: Child)] = []
            for client in clients.all { running.append((client, try await start(client, of: clients, cluster))) }
            try await goOn(running, for: 1)
            // A token dead in its first ten seconds is answered 429: whoever fetches then is in a loop.
            try await awaitAge(12, cluster)
            let leader = try await cluster.awaitLeader()
            try leader.send(.kill)
            // At once, so that the reports of the dead token meet a cluster without a leader.
            try cluster.wechat.revoke(app.id, line: app.line)
            _ = try await cluster.takeover(from: leader, since: .now)
            try await leader.start()
            try await goOn(running, for: 8)
            for (_, child) in running { try child.send(.terminate) }
            var waited = 0
            for (client, child) in running {
                _ = try await child.ended(within: .seconds(30))
                let last = child.output.split(separator: "\n").last.map(String.init) ?? ""
                let account = try JSONDecoder().decode(Account.self, from: Data(last.utf8))
                print("\(client) behind \(front): \(account)")
                #expect(account.failed == 0 && account.calls >= 8, "\(client): \(account)")
                #expect(account.tokens == 2, "\(client) has seen the rotation, and no other: \(account)")
                if account.slowest >= 1000 { waited += 1 }
            }
            // A load balancer waits a second for a node that does not answer. If one client silences the connection
            // that it shares with the others, all of them wait; a busy machine may hold up one or two.
            #expect(waited < running.count / 2, "\(waited) clients waited a second for a read")
        }
    }

    private func start(_ client: Clients.Client, of clients: Clients, _ cluster: Cluster) async throws -> Child {
        let given = [
            "KEEPER_URL": "http://127.0.0.1:\(cluster.front)", "KEEPER_KEY": cluster.secrets.shop, "APPID": app.id,
            "WECHAT_URL": "http://127.0.0.1:\(try await cluster.wechat.port)",
        ]
        return try await cluster.children.start(
            client.program, client.arguments, name: "\(client)",
            environment: given.merging(clients.environment) { $1 })
    }

    /// Waits until each has gone that many more rounds.
    private func goOn(_ running: [(client: Clients.Client, child: Child)], for rounds: Int) async throws {
        let before = running.map { $0.child.output.count { $0 == "\n" } }
        for (index, (client, child)) in running.enumerated() {
            try await eventually("\(client) goes on", within: .seconds(60)) {
                guard child.ending == nil else { throw Ended(output: child.output) }
                return child.output.count { $0 == "\n" } >= before[index] + rounds
            }
        }
    }
}
