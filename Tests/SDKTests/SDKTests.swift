import ClusterObservation
import Foundation
import LocalCluster
import Subprocess
import Testing
import WeChatSimulator

/// What `deploy/sdks.sh` has made; nil if nobody has said where.
let sdks = ProcessInfo.processInfo.environment["WXKEEPER_SDKS"]

/// SDKs as their packages bring them, against three nodes behind the load balancer, while the leader dies.
///
/// `deploy/sdks.sh FOLDER` makes what they need; `WXKEEPER_SDKS` names that folder, and `deploy/test.sh` does both.
@Suite(.serialized, .enabled(if: sdks != nil, "WXKEEPER_SDKS names no folder: see deploy/sdks.sh"))
struct SDKTests {
    /// The app of the guides.
    let app = ClusterPlan.App("wx0123456789abcdef", .classic)

    /// What an SDK's program told at its end.
    private struct Account: Decodable, CustomStringConvertible {
        let calls: Int
        let failed: Int
        let tokens: Int
        let errors: [String]

        var description: String { "\(calls) calls, \(failed) failed, \(tokens) tokens, \(errors)" }
    }

    @Test(arguments: ["wechatpy_hook", "werobot_hook"])
    func hook_LosesNoCall_ThoughTheLeaderDiesAndTheTokenToo(program: String) async throws {
        try await withCluster { cluster in
            let account = try await account(of: program, cluster) {
                // A token dead in its first ten seconds is answered 429: whoever fetches then is in a loop.
                try await awaitAge(12, cluster)
                let leader = try await cluster.awaitLeader()
                try leader.send(.kill)
                // At once, so that the report of the dead token meets a cluster without a leader.
                try cluster.wechat.revoke(app.id, line: app.line)
                _ = try await cluster.takeover(from: leader, since: .now)
                try await leader.start()
            }
            #expect(account.failed == 0 && account.calls > 100, "\(program): \(account)")
            #expect(account.tokens >= 2, "it has seen the rotation: \(account)")
        }
    }

    @Test func dropIn_LosesNoCall_ThoughTheLeaderDies() async throws {
        try await withCluster { cluster in
            let account = try await account(of: "wechatpy_drop_in", cluster) {
                let leader = try await cluster.awaitLeader()
                try leader.send(.kill)
                _ = try await cluster.takeover(from: leader, since: .now)
            }
            #expect(account.failed == 0 && account.calls > 100, "\(account)")
        }
    }

    @Test func publishedKey_IsReadByWechatpy_AndFollowsARotation() async throws {
        try await withCluster { cluster in
            let account = try await account(of: "wechatpy_published", cluster) {
                let old = try await cluster.token(of: app)
                // A good token is not replaced sooner than WeChat's overlap.
                try await awaitAge(22, cluster)
                let answer = try await cluster.operate("refresh", ["appid": app.id], at: cluster.front)
                #expect(answer.status == 200 && answer.token != old)
            }
            #expect(account.failed == 0 && account.calls > 50 && account.tokens == 2, "\(account)")
        }
    }

    @Test func keysOfThePHPServer_AreReadByItsReader() async throws {
        try await withCluster { cluster in
            let seed = try await cluster.children.start(
                "/usr/bin/php", [Recipes.programs.appending(path: "seed.php").path], name: "php",
                environment: ["REDIS_PORT": String(cluster.redis.port)])
            #expect(try await seed.ended(within: .seconds(20)) == .exited(0), "\(seed.output)")
            struct Seen: Decodable {
                let token: String
                let left: Int
                let plain: Bool
            }
            let seen = try JSONDecoder().decode(Seen.self, from: Data(seed.output.utf8))
            #expect(try await cluster.token(of: app) == seen.token)
            // The old server wrote the end two minutes early.
            #expect(seen.plain && (1...Self.life - 120).contains(seen.left))
        }
    }

    // MARK: What they share

    /// In seconds.
    ///
    /// wechatpy wants a minute more than it needs.
    private static let life = 400

    func awaitAge(_ seconds: Int, _ cluster: Cluster) async throws {
        try await eventually("the token is \(seconds) s old", within: .seconds(60)) {
            try await cluster.secondsLeft(of: app) <= Self.life - seconds
        }
    }

    func withCluster(
        behind balancer: ClusterPlan.Balancer = .haproxy, _ body: (Cluster) async throws -> Void
    ) async throws {
        var plan = ClusterPlan(lifetime: .seconds(Self.life), overlap: .seconds(20), apps: [app])
        plan.balancer = balancer
        plan.apps[0].publish = ["seed", "wechatpy"]
        try await Cluster.with(plan, program: try BuiltProgram.path) { cluster in
            try await cluster.start()
            try await eventually("the mirror stands") {
                try await !cluster.redis.run("GET", "WCH_access_token").isEmpty
            }
            try await body(cluster)
            let strangers = cluster.wechat.calls(after: 0).filter { $0.endpoint.bringsToken && $0.caller.node == nil }
            #expect(strangers.isEmpty, "nobody but the nodes asks WeChat for a token")
        }
    }

    /// Runs a program until `work` is done and a hundred calls more.
    private func account(
        of program: String, _ cluster: Cluster, while work: () async throws -> Void
    ) async throws -> Account {
        let recipes = try Recipes()
        defer { try? recipes.remove() }
        let child = try await cluster.children.start(
            "\(sdks ?? "")/bin/python3", ["\(Recipes.programs.path)/\(program).py"], name: program,
            environment: [
                "PYTHONPATH": recipes.folder.path, "PYTHONDONTWRITEBYTECODE": "1", "APPID": app.id,
                "KEEPER_URL": "http://127.0.0.1:\(cluster.front)", "KEEPER_KEY": cluster.secrets.shop,
                "WECHAT_URL": "http://127.0.0.1:\(try await cluster.wechat.port)",
                "REDIS_PORT": String(cluster.redis.port),
            ])
        try await eventually("\(program) has made a call", within: .seconds(30)) {
            guard child.ending == nil else { throw Ended(output: child.output) }
            return child.output.contains("call 1 answered")
        }
        try await work()
        let made = child.output.count { $0 == "\n" }
        try await eventually("\(program) goes on", within: .seconds(30)) {
            child.output.count { $0 == "\n" } >= made + 4
        }
        try child.send(.terminate)
        _ = try await child.ended(within: .seconds(30))
        let last = child.output.split(separator: "\n").last.map(String.init) ?? ""
        return try JSONDecoder().decode(Account.self, from: Data(last.utf8))
    }

    struct Ended: Error {
        let output: String
    }
}
