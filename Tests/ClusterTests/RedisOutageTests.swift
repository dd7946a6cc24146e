import LocalCluster
import Testing

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
    }
}
