import ClusterObservation
import Foundation
import LocalCluster
import Testing

/// Java's own client with its default settings, which offers h2c on every connection, and a caller beside it.
@Suite(.serialized, .enabled(if: java != nil, "java is not installed"))
struct OneConnectionTests {
    /// In microseconds.
    private static let silence = 2_000_000

    private struct Account: Decodable {
        let failed: Int
        /// In microseconds.
        let median: Int
        let slowest: Int
    }

    @Test(arguments: balancers)
    func javasClient_IsServedOnOneConnection_AndItsNeighboursToo(balancer: ClusterPlan.Balancer) async throws {
        var plan = ClusterPlan()
        plan.balancer = balancer
        try await Cluster.with(plan, program: try BuiltProgram.path) { cluster in
            try await cluster.start()
            let alone = try await read(cluster) { $0 >= 300 }
            // Straight to a node, then through the balancer with a neighbour who reads there too.
            let direct = try await account(of: try await run(to: cluster.nodes[0].port, cluster))
            let child = try await run(to: cluster.front, cluster)
            let beside = try await read(cluster) { _ in child.ending != nil }
            let balanced = try await account(of: child)
            print(
                "\(balancer): java at a node \(direct), through the balancer \(balanced);",
                "the neighbour alone \(alone), beside it \(beside)")
            // The figures are printed; these bounds are for what they must never be. A connection that an offer of
            // another protocol had silenced cost three seconds, of its neighbours too.
            for account in [direct, balanced, beside] {
                #expect(account.failed == 0 && account.slowest < Self.silence, "\(account)")
            }
        }
    }

    private func run(to port: Int, _ cluster: Cluster) async throws -> Child {
        let program = Recipes.programs.appending(path: "OneConnection.java").path
        return try await cluster.children.start(
            java ?? "", ["-Xshare:auto", program], name: "java",
            environment: [
                "KEEPER_URL": "http://127.0.0.1:\(port)", "KEEPER_KEY": cluster.secrets.shop,
                "APPID": cluster.plan.apps[0].id,
            ])
    }

    private func account(of child: Child) async throws -> Account {
        #expect(try await child.ended(within: .seconds(60)) == .exited(0), "\(child.output)")
        return try JSONDecoder().decode(Account.self, from: Data(child.output.utf8))
    }

    /// Reads through the balancer until `isEnough`.
    private func read(_ cluster: Cluster, until isEnough: (Int) -> Bool) async throws -> Account {
        let question = Question.get("/token?appid=\(cluster.plan.apps[0].id)", key: cluster.secrets.shop)
        var (failed, micros) = (0, [Int]())
        repeat {
            // nginx ends a connection after a thousand requests.
            try await Connection.open(to: cluster.front) { connection in
                for _ in 0..<100 where micros.isEmpty || !isEnough(micros.count) {
                    let start = ContinuousClock.now
                    let answer = try await connection.ask(question)
                    micros.append(Int((.now - start) / .microseconds(1)))
                    if answer.status != 200 { failed += 1 }
                    // A pace at which a caller beside it is not held up by the load of this one.
                    try await pace(until: start + .milliseconds(2))
                }
            }
        } while !isEnough(micros.count)
        micros.sort()
        return Account(failed: failed, median: micros[micros.count / 2], slowest: micros.last ?? 0)
    }
}

private let java = installed("java")

/// Those of ours that are here.
private let balancers: [ClusterPlan.Balancer] = [.haproxy] + (installed("nginx") == nil ? [] : [.nginx])

private func installed(_ program: String) -> String? {
    ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin"].map { "\($0)/\(program)" }
        .first { FileManager.default.isExecutableFile(atPath: $0) }
}
