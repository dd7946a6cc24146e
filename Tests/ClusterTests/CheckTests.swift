import ClusterObservation
import LocalCluster
import Testing
import WeChatSimulator

extension ClusterTests {
    /// `wxkeeper check --live` beside a cluster that runs.
    @Suite(.serialized) struct CheckTests {
        private func check(_ cluster: Cluster) async throws -> Finished {
            let end = try await Finished(
                running: BuiltProgram.path, ["check", "--live", "--config", "\(cluster.folder.path)/a.yaml"])
            for text in [end.output, end.errors] {
                #expect(Audit.findings(in: text, hiding: cluster.secrets.all + cluster.plan.apps.map(\.secret)) == [])
            }
            return end
        }

        @Test func whatIsWrongWithRedisOrWeChat_IsTold_AndNothingIsTouched() async throws {
            let app = ClusterPlan.App("wx-classic", .classic)
            try await withCluster(ClusterPlan(apps: [app])) { cluster in
                let checker = Checker(cluster)
                let keys = try await cluster.redis.run("DBSIZE")
                let good = try await check(cluster)
                #expect(good.ending == .exited(0) && good.errors.isEmpty, "\(good.errors)")
                #expect(good.output.contains("lets us in, takes writes, runs our scripts and sends hints"))
                #expect(good.output.contains("is reached"))
                #expect(good.output.contains("WeChat accepts the one that is kept for wx-classic"))
                #expect(try await cluster.redis.run("DBSIZE") == keys)

                _ = try await cluster.redis.run("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
                let evicting = try await check(cluster)
                #expect(evicting.ending == .exited(0) && evicting.errors.hasPrefix("warning: redis"))
                _ = try await cluster.redis.run("CONFIG", "SET", "maxmemory-policy", "noeviction")

                try cluster.wechat.revoke(app.id, line: app.line)
                let dead = try await check(cluster)
                #expect(dead.ending == .exited(1))
                #expect(dead.errors.contains("WeChat refuses the one that is kept for wx-classic: 40001"))
                #expect(checker.issues == 0)

                let key = "wxkeeper:{\(ClusterPlan.clusterName)}:store"
                _ = try await cluster.redis.run("HSET", key, "format", "2")
                let unknown = try await check(cluster)
                #expect(unknown.ending == .exited(1))
                #expect(unknown.errors.contains("have format 2, and this version of wxkeeper knows format 1 only"))
                #expect(unknown.output.contains("none is kept"), "no token of it is tried")
                #expect(try await cluster.redis.run("HGET", key, "format").hasPrefix("2"))

                try await cluster.redis.kill()
                let alone = try await check(cluster)
                #expect(alone.ending == .exited(69) && alone.errors.contains("redis    "))
                #expect(alone.output.contains("is reached") && !alone.output.contains("token    "))
            }
        }
    }
}
