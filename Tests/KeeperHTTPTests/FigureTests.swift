import Foundation
import HTTPTypes
import KeeperCore
import KeeperPorts
import Testing

@testable import KeeperHTTP

/// Every figure of `/metrics`, `/status` and `/health` is the one that its name says.
@Suite struct FigureTests {
    /// Each counter has a value of its own, so that no two can be taken for each other.
    private static let counters: Counters = {
        var counters = Counters()
        counters.ticks = 101
        counters.terms = 102
        counters.refreshesDone = 103
        counters.refreshesFailed = 104
        counters.unknownCalls = 105
        counters.stalePublications = 106
        counters.externalRotations = 107
        counters.restorations = 108
        counters.refreshesAsked = 109
        counters.forwards = 110
        counters.renewalsFailed = 111
        counters.storeClockSteps = 112
        return counters
    }()

    /// By their names in `/status` and in `/metrics`.
    private static let names: [(status: String, metric: String, value: Int)] = [
        ("timer_runs", "ticks", 101), ("terms", "terms", 102), ("refreshes_done", "refreshes_done", 103),
        ("refreshes_failed", "refreshes_failed", 104), ("unknown_calls", "unknown_calls", 105),
        ("stale_publications", "stale_publications", 106), ("external_rotations", "external_rotations", 107),
        ("restorations", "restorations", 108), ("refreshes_asked", "refreshes_asked", 109),
        ("forwards", "forwards", 110), ("renewals_failed", "renewals_failed", 111),
        ("store_clock_steps", "redis_clock_steps", 112),
    ]

    private func provider(_ change: (inout NodeStatus) -> Void = { _ in }) -> FakeProvider {
        var status = NodeStatus.example()
        status.counters = Self.counters
        change(&status)
        let provider = FakeProvider()
        provider.change {
            $0.status = status
            $0.health = status.health
        }
        return provider
    }

    private func metrics(_ change: (inout NodeStatus) -> Void = { _ in }) async throws -> [String] {
        try await provider(change).ask(.get, "/metrics", as: "watcher").text.split(separator: "\n").map(String.init)
    }

    @Test func counters_AreWhatTheirNamesSay() async throws {
        let lines = try await metrics()
        let status = try await provider().ask(.get, "/status", as: "watcher")
        let counters = try #require(try status.json["counters"] as? [String: any Sendable])
        for (name, metric, value) in Self.names {
            #expect(lines.contains("wxkeeper_\(metric)_total \(value)"), "\(metric)")
            #expect(lines.contains("# TYPE wxkeeper_\(metric)_total counter"), "\(metric)")
            #expect(counters[name] as? Int == value, "\(name)")
        }
        // Nothing is counted that has no row above, and nothing is told.
        #expect(Swift.Mirror(reflecting: Self.counters).children.count == Self.names.count)
        #expect(lines.count { $0.hasPrefix("# TYPE") && $0.hasSuffix(" counter") } == Self.names.count)
        #expect(Set(counters.keys) == Set(Self.names.map(\.status) + ["start_time", "seconds_left"]))
    }

    @Test func gauges_AreWhatTheirNamesSay() async throws {
        let lines = try await metrics { status in
            status.health.isStale = true
            status.health.isStoreReachable = false
            status.health.reasonsNotReady = [.draining]
            status.health.illCount = 2
        }
        let gauges = [
            "ready 0", "leader 1", "epoch 7", "redis_reachable 0", "stale 1", "nodes 3", "apps 3", "apps_ill 2",
            "uptime_seconds 18079.000", "sync_age_seconds 0.310", "lease_left_seconds 4.250",
        ]
        for line in gauges { #expect(lines.contains("wxkeeper_\(line)"), "\(line)") }
        // Nothing is told that has no row above.
        #expect(lines.count { !$0.hasPrefix("#") && !$0.contains("{") && !$0.contains("_total ") } == gauges.count)
        let well = try await metrics()
        for line in ["ready 1", "redis_reachable 1", "stale 0"] {
            #expect(well.contains("wxkeeper_\(line)"), "\(line)")
        }
    }

    @Test func figuresOfAnApp_AreWhatTheirNamesSay() async throws {
        var ill = AppStatus.example(
            "wx1", left: nil, isUncertain: true, trouble: Trouble(errcode: 40164, summary: "ip"))
        ill.externalRotations = ExternalRotations(count: 3, age: .seconds(9))
        let unreachable = AppStatus.example("wx2", trouble: Trouble(summary: "no connection"))
        let lines = try await metrics { $0.apps = [ill, unreachable, .example("wx3")] }
        let figures = [
            ("credential_left_seconds", ["0.000", "6734.000", "6734.000"]), ("credential_uncertain", ["1", "0", "0"]),
            ("credential_errcode", ["40164", "-1", "0"]), ("credential_version", ["41", "41", "41"]),
            ("external_rotations", ["3", "0", "0"]), ("rotations_today", ["5", "5", "5"]),
        ]
        #expect(lines.count { $0.contains("{app=\"wx1\"") } == figures.count)
        for (name, values) in figures {
            for (app, value) in zip(["wx1", "wx2", "wx3"], values) {
                #expect(lines.contains("wxkeeper_\(name){app=\"\(app)\",line=\"stable\"} \(value)"), "\(name)")
            }
        }
    }

    // MARK: What a person reads

    private func status(_ change: (inout NodeStatus) -> Void) async throws -> Reply {
        try await provider(change).ask(.get, "/status", as: "watcher")
    }

    @Test func redisThatRefuses_IsToldWithItsReason_Everywhere() async throws {
        let refusal = StoreRefusal(code: "OOM", reason: "it is full", deed: "free it")
        let change = { (status: inout NodeStatus) in status.health.storeRefusal = refusal }
        let reply = try await status(change)
        #expect(try reply.string("redis") == "refusing" && reply.string("redis_code") == "OOM")
        #expect(try reply.string("redis_reason") == "it is full; free it" && reply.string("level") == "attention")
        let health = try await provider(change).ask(.get, "/health")
        #expect(try health.string("redis") == "refusing" && health.string("redis_code") == "OOM")
        #expect(!health.text.contains("full"), "whoever has no key learns the code alone")
    }

    @Test func whatWasFoundSpoiled_IsNamed() async throws {
        let reply = try await status { $0.spoiled = [Spoilage(key: "lease", field: "epoch")] }
        let found = try #require(try reply.json["redis_spoiled"] as? [String])
        #expect(found.count == 1 && found[0].contains("lease") && found[0].contains("epoch"))
    }

    @Test func uncertaintyOfTheNode_AsksForAttention() async throws {
        let stale = try await status { $0.health.isStale = true }
        #expect(try stale.string("summary") == "This node cannot confirm that it is up to date")
        let alone = try await status { $0.health.isStoreReachable = false }
        #expect(try alone.string("summary") == "Redis does not answer; tokens are served from memory")
        for reply in [stale, alone] { #expect(try reply.string("level") == "attention") }
    }

    @Test func pause_IsShownWithWhatIsLeftOfIt() async throws {
        let reply = try await status { $0.pauseLeft = .seconds(90) }
        #expect(try reply.int("paused_ms") == 90_000 && reply.string("level") == "attention")
        #expect(try reply.string("summary") == "Takeovers are paused for another 90 s")
        let leaderless = try await status {
            $0.pauseLeft = .seconds(90)
            $0.health.leader = nil
        }
        let words = "Nobody leads right now, and takeovers are paused; tokens are served from memory"
        #expect(try leaderless.string("summary") == words)
        #expect(try await status { _ in }.json["paused_ms"] == nil)
    }

    @Test func members_AreShownWithTheirTermAndTheirWayToWeChat() async throws {
        let reply = try await status { status in
            for (index, reachability) in [Member.Reachability.fit, .unfit, .unknown].enumerated() {
                status.members[index].reachability = reachability
                status.members[index].epochSeen = Epoch(UInt64(index) + 5)
            }
        }
        let nodes = try #require(try reply.json["nodes"] as? [[String: any Sendable]])
        #expect(nodes.map { $0["wechat"] as? String } == ["fit", "unfit", "unknown"])
        #expect(nodes.map { $0["epoch_seen"] as? Int } == [5, 6, 7])
        let app = try #require((try reply.json["apps"] as? [[String: any Sendable]])?.first)
        #expect(app["next_attempt_seconds"] as? Int == 3134 && app["rotations_today"] as? Int == 5)
        #expect(app["age_seconds"] as? Int == 466 && app["life_seconds"] as? Int == 7200)
    }
}
