import ClusterObservation
import LocalCluster
import Testing
import WeChatSimulator

extension ClusterTests {
    /// Two hundred callers report one token at the same time, through all three nodes.
    @Suite(.serialized) struct RefreshTests {
        @Test func reports_RotateOnceIfTheTokenIsDead_AndNeverOtherwise() async throws {
            // A short life, so that a young token may be replaced soon.
            let plan = ClusterPlan(lifetime: .seconds(100), overlap: .seconds(20))
            try await withCluster(plan) { cluster in
                for app in plan.apps {
                    let first = try await cluster.token(of: app)
                    let alive = try await cluster.report(first, of: app, "live token, \(app.line.rawValue)")
                    #expect(alive.issues == 0)
                    #expect(alive.tokens == [first])

                    // WeChat's word that it lives answers everybody for as long.
                    try await hold("nobody has asked again", for: .milliseconds(2_100))
                    try cluster.wechat.revoke(app.id, line: app.line)
                    let dead = try await cluster.report(first, of: app, "dead token, \(app.line.rawValue)")
                    #expect(dead.issues == 1)
                    #expect(dead.tokens.count == 1)
                    #expect(!dead.tokens.contains(first))
                    #expect(dead.tokens.allSatisfy(cluster.isAlive))

                    let older = try await cluster.report(first, of: app, "older token, \(app.line.rawValue)")
                    #expect(older.calls == 0)
                    #expect(older.tokens == dead.tokens)
                }
                #expect(Checker(cluster).overlaps == 0)
            }
        }
    }
}

/// What came of many reports of one token.
private struct Outcome {
    var tokens: Set<String>
    var issues: Int
    /// Calls that named the app or its token, of any kind.
    var calls: Int
}

extension Cluster {
    private static let callers = 200

    /// Reports a token from many callers at once; each must get a token.
    fileprivate func report(_ token: String, of app: ClusterPlan.App, _ what: String) async throws -> Outcome {
        let checker = Checker(self)
        let start = ContinuousClock.now
        let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
            for number in 0..<Self.callers {
                let port = nodes[number % nodes.count].port
                group.addTask { try await refresh(app, reporting: token, at: port) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let wait = (ContinuousClock.now - start).wholeMilliseconds
        let failed = answers.count { $0.status != 200 }
        let calls = checker.calls.count { $0.appID == app.id }
        print(
            """
            fault=\(Self.callers) reports of one \(what) all_answered_ms=\(wait) failed_refreshes=\(failed) \
            issues=\(checker.issues(of: app)) calls=\(calls)
            """)
        for answer in answers where answer.status != 200 { print(answer.status, answer.body) }
        #expect(failed == 0)
        return Outcome(tokens: Set(answers.compactMap(\.token)), issues: checker.issues(of: app), calls: calls)
    }
}
