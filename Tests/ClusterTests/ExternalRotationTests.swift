import ClusterObservation
import KeeperCore
import LocalCluster
import Testing
import WeChatSimulator

extension ClusterTests {
    /// A program outside the cluster that ends our token again and again.
    @Suite(.serialized, .enabled(if: isLong)) struct ExternalRotationTests {
        private static let rounds = 20
        private static let pause = Duration.seconds(11)
        /// From WeChat's first refusal to a caller until callers at every node have another token.
        private static let bound = Duration.seconds(15)

        @Test func tokenEndedEveryElevenSeconds_IsReplacedEachTime_WithinTheBudget() async throws {
            let app = ClusterPlan.App("wx-classic", .classic)
            try await withCluster(ClusterPlan(apps: [app])) { cluster in
                let checker = Checker(cluster)
                let before = try await cluster.rotations(of: app)
                let start = ContinuousClock.now
                var slowest = Duration.zero
                for round in 1...Self.rounds {
                    try await pace(until: start + Self.pause * (round - 1))
                    let old = try await cluster.token(of: app)
                    // Only the newest token and the one before it live.
                    for _ in 1...2 { try cluster.wechat.rotateExternally(app.id) }
                    let refused = ContinuousClock.now
                    #expect(!cluster.isAlive(old))
                    let new = try await cluster.replacements(of: old, of: app, within: Self.bound)
                    let took = ContinuousClock.now - refused
                    slowest = max(slowest, took)
                    let spent = try await cluster.rotations(of: app)
                    print("  round=\(round) replaced_ms=\(took.wholeMilliseconds) rotations_today=\(spent)")
                    #expect(new.count == 1 && new.allSatisfy(cluster.isAlive), "round \(round)")
                    #expect(spent <= before + round, "no rotation but for a dead token")
                    #expect(spent <= NodeSettings.classicDailyBudget)
                }
                print("fault=token ended every \(Self.pause) slowest_ms=\(slowest.wholeMilliseconds)")
                #expect(checker.calls.count { $0.outcome == .issued && !$0.isExternal } == Self.rounds)
                #expect(checker.overlaps == 0)
            }
        }
    }
}

extension Cluster {
    /// The rotations of the day, as the record counts them.
    fileprivate func rotations(of app: ClusterPlan.App) async throws -> Int {
        let text = try await redis.run("HGET", key(of: app), "rotations").dropLast()
        guard let count = Int(text) else { throw NotInTime(description: "rotations of \(app.id): \(text)") }
        return count
    }
}
