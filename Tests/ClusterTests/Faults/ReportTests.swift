import ClusterObservation
import LocalCluster
import Testing
import WeChatSimulator

extension ClusterTests {
    /// Reports that are no reason to replace anything, and a leader's address that is wrong: F32 and F33.
    @Suite(.serialized) struct ReportTests {
        @Test func reportOfAnotherToken_IsAnsweredWithTheCurrentOne_AndRotatesNothing() async throws {
            let plan = ClusterPlan.soonRotated
            try await withCluster(plan) { cluster in
                let (app, other) = (plan.apps[0], plan.apps[1])
                let previous = try await cluster.token(of: app)
                let rotated = try await cluster.operate("refresh", ["appid": app.id], at: cluster.nodes[0].port)
                #expect(rotated.status == 200)
                try await cluster.awaitHealth()
                let current = try await cluster.token(of: app)
                #expect(current != previous)
                for node in cluster.nodes {
                    try await eventually("\(node.name) serves the new token") {
                        try await cluster.token(of: app, from: node.port) == current
                    }
                }
                let reports = [
                    "unknown": String(repeating: "x", count: 136), "previous": previous,
                    "another app's": try await cluster.token(of: other),
                ]
                let checker = Checker(cluster)
                for (kind, report) in reports {
                    for node in cluster.nodes {
                        let answer = try await cluster.refresh(app, reporting: report, at: node.port)
                        #expect(answer.status == 200 && answer.token == current, "\(kind) at \(node.name)")
                        #expect(answer.fields.refreshed == false, "\(kind) at \(node.name)")
                    }
                }
                print("fault=reports of unknown, previous and foreign tokens issues=\(checker.issues)")
                #expect(checker.issues == 0)
            }
        }

        /// Redis names a follower's address as the leader's: whoever believes it is refused there, and nothing goes in
        /// circles.
        @Test(.enabled(if: isLong))
        func wrongAddressOfTheLeader_PassesNothingOnTwice_AndHealsWithTheRecord() async throws {
            try await withCluster { cluster in
                let app = cluster.plan.apps[0]
                let leader = try await cluster.awaitLeader()
                let (one, two) = (cluster.followers(of: leader)[0], cluster.followers(of: leader)[1])
                let token = try await cluster.token(of: app)
                let right = try await cluster.redis.run("HGET", cluster.key("lease"), "address").dropLast()
                let checker = Checker(cluster)
                try await cluster.redis.run("HSET", cluster.key("lease"), "address", "http://127.0.0.1:\(two.port)")
                try await hold("every node has read the wrong address", for: .seconds(1))
                async let answerOfTwo = cluster.refresh(app, reporting: token, at: two.port)
                let start = ContinuousClock.now
                let answerOfOne = try await cluster.refresh(app, reporting: token, at: one.port)
                let wait = ContinuousClock.now - start
                #expect(try await [200, 503].contains(answerOfTwo.status))
                #expect([200, 503].contains(answerOfOne.status))
                #expect(wait < .seconds(9), "no longer than a request is held")
                try await cluster.redis.run("HSET", cluster.key("lease"), "address", String(right))
                try await eventually("a refresh is forwarded again", within: .seconds(5)) {
                    try await cluster.refresh(app, reporting: token, at: one.port).status == 200
                }
                print(
                    "fault=wrong address of the leader answered_after_ms=\(wait.wholeMilliseconds)"
                        + " status=\(answerOfOne.status) issues=\(checker.issues)")
                #expect(checker.issues == 0)
                #expect(checker.terms == 0)
                #expect(await leader.leads())
            }
        }
    }
}
