import ClusterObservation
import LocalCluster
import Subprocess
import Testing
import WeChatSimulator

extension ClusterTests {
    /// Redis is away, or has lost something.
    @Suite(.serialized) struct RedisOutageTests {
        @Test func withoutRedis_EveryNodeServes_AndNobodyCallsWeChat() async throws {
            try await withCluster { cluster in
                let app = cluster.plan.apps[0]
                let token = try await cluster.token(of: app)
                try await cluster.redis.kill()
                try await eventually("the lease runs out") { try await cluster.leader() == nil }

                let checker = Checker(cluster)
                let start = ContinuousClock.now
                let load = try await cluster.underLoad { _ in
                    let held = try await cluster.refresh(app, reporting: token, at: cluster.nodes[0].port)
                    let wait = ContinuousClock.now - start
                    #expect(held.status == 503)
                    #expect(held.retryAfter != nil)
                    #expect(wait > .seconds(5), "it was held for \(wait) in case a leader comes")
                    for node in cluster.nodes {
                        #expect(await node.status("/readyz") == 200)
                        #expect(try await cluster.token(of: app, from: node.port) == token)
                    }
                }
                let verdict = checker.verdict(on: "Redis down", load, gap: nil, since: start)
                verdict.expectUnnoticed()
                #expect(checker.calls.isEmpty, "no call of any kind without a lease")
            }
        }

        @Test func deletedRecord_IsBackWithinATick_WithoutACallToWeChat() async throws {
            try await withCluster { cluster in
                let app = cluster.plan.apps[0]
                let checker = Checker(cluster)
                let before = try await cluster.storedToken(app)
                #expect(before.count == app.tokenLength)
                let start = ContinuousClock.now
                #expect(try await cluster.redis.run("DEL", cluster.key(of: app)) == "1\n")
                try await eventually("the record is back", within: .seconds(3)) { try await cluster.isStored(app) }
                let wait = ContinuousClock.now - start
                print("fault=DEL of a token's record back_after_ms=\(wait.wholeMilliseconds) issues=\(checker.issues)")
                #expect(wait < .seconds(2), "a tick of 250 ms, and a busy machine")
                #expect(try await cluster.storedToken(app) == before)
                #expect(checker.issues == 0)
            }
        }

        /// Every node was down when Redis came back from an older copy: nobody remembers what is newer, nobody reports.
        @Test func restoredFromAnOlderCopy_DeadTokensAreCalledStale_AndReplacedUnasked() async throws {
            try await withCluster(ClusterPlan(lifetime: .seconds(100), overlap: .seconds(20))) { cluster in
                var copied: [String: String] = [:]
                for app in cluster.plan.apps { copied[app.id] = try await cluster.token(of: app) }
                #expect(try await cluster.redis.run("SAVE") == "OK\n")
                for app in cluster.plan.apps {
                    try cluster.wechat.revoke(app.id, line: app.line)
                    let dead = try #require(copied[app.id])
                    let answer = try await cluster.refresh(app, reporting: dead, at: cluster.front)
                    #expect(answer.token != nil && answer.token != dead)
                }
                for node in cluster.nodes { try node.send(.kill) }
                for node in cluster.nodes { _ = try await node.process.ended(within: .seconds(20)) }
                try await cluster.redis.kill()
                try await cluster.redis.start()

                let start = ContinuousClock.now
                for node in cluster.nodes { try await node.start() }
                for app in cluster.plan.apps {
                    let dead = try #require(copied[app.id])
                    try await eventually("every node serves a token of \(app.id) that lives", within: .seconds(30)) {
                        try await cluster.nodesThatServe(app, otherThan: dead) == cluster.nodes.count
                    }
                }
                let wait = (ContinuousClock.now - start).wholeMilliseconds
                print("fault=Redis restored, all nodes restarted healed_after_ms=\(wait)")
                try await eventually("every node is sure of itself") {
                    for node in cluster.nodes {
                        for app in cluster.plan.apps where try await cluster.read(app, from: node.port).isStale {
                            return false
                        }
                    }
                    return true
                }
                let node = cluster.nodes[0]
                let status = try await ask(node.port, .get("/status", key: cluster.secrets.operate)).body
                #expect(!status.contains("a program outside the cluster"), "nobody is blamed")
            }
        }
    }
}

extension Cluster {
    /// How many nodes serve another token of `app` by now; those that serve this one must say that they are not sure.
    fileprivate func nodesThatServe(_ app: ClusterPlan.App, otherThan dead: String) async throws -> Int {
        var count = 0
        for node in nodes {
            guard let answer = try? await read(app, from: node.port), let token = answer.token else { continue }
            if token == dead { #expect(answer.isStale, "\(node.name) serves a dead token: \(answer.body)") }
            if token != dead, isAlive(token) { count += 1 }
        }
        return count
    }
}

extension Answer {
    fileprivate var isStale: Bool { fields.stale == true }
}
