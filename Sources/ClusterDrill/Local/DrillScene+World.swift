internal import ClusterObservation
internal import LocalCluster

// What happens to Redis, to WeChat, to the network between, and to a token.
extension DrillScene {
    func killRedis() async throws {
        journal.fault("Redis is killed (SIGKILL)")
        try await cluster.redis.kill()
        try await eventually("the lease runs out") { try await cluster.leader() == nil }
        try await hold("nobody leads for three seconds", for: .seconds(3))
        try await cluster.redis.start()
        let back = journal.healed(cluster.plan.redisRemembers ? "Redis is back" : "Redis is back, empty")
        try await takeover(from: nil, since: back)
        for app in cluster.plan.apps {
            try await eventually("\(app.id) is in Redis again") { try await cluster.isStored(app) }
        }
        try await refreshIsAnswered(since: back)
        try await cluster.awaitHealth()
    }

    func cutLeaderFromRedis() async throws {
        let leader = try await cluster.awaitLeader()
        let cut = journal.fault("\(leader.name) is cut off from Redis")
        await leader.links?.redis.cut()
        try await takeover(from: leader, since: cut)
        if await leader.leads() { journal.find("\(leader.name) still leads without Redis") }
        let calls = checker.calls(by: leader)
        try await refreshIsAnswered(since: .now)
        try await hold("it stays cut off for three more seconds", for: .seconds(3))
        if checker.calls(by: leader) != calls { journal.find("\(leader.name) called WeChat after its lease") }
        await leader.links?.redis.heal()
        let healed = journal.healed("\(leader.name) reaches Redis again")
        try await eventually("\(leader.name) follows") { (try? await leader.health())?.leader != nil }
        try await refreshIsAnswered(since: healed)
        try await cluster.awaitHealth()
    }

    func cutLeaderFromWeChat() async throws {
        let leader = try await cluster.awaitLeader()
        let tokens = try await currentTokens()
        let cut = journal.fault("\(leader.name) is cut off from WeChat")
        await leader.links?.wechat.cut()
        try await takeover(from: leader, since: cut)
        try await refreshIsAnswered(since: .now)
        try await hold("it stays cut off for three more seconds", for: .seconds(3))
        await leader.links?.wechat.heal()
        let healed = journal.healed("\(leader.name) reaches WeChat again")
        try await refreshIsAnswered(since: healed)
        if try await currentTokens() != tokens { journal.find("a token was replaced although none was due") }
    }

    private func currentTokens() async throws -> [String] {
        var tokens: [String] = []
        for app in cluster.plan.apps { tokens.append(try await cluster.token(of: app)) }
        return tokens
    }

    func weChatDown() async throws {
        let app = cluster.plan.apps[0]
        let old = try await cluster.token(of: app)
        journal.fault("WeChat answers nobody")
        for node in cluster.nodes { await node.links?.wechat.cut() }
        let before = triesInVain(app)
        try await eventually("the leader has tried twice in vain", within: .seconds(40)) {
            triesInVain(app) >= before + 2
        }
        for node in cluster.nodes { await node.links?.wechat.heal() }
        let healed = journal.healed("WeChat answers again")
        try await eventually("the token is replaced", within: .seconds(8)) {
            (try? await cluster.token(of: app)).map { $0 != old } ?? false
        }
        try await refreshIsAnswered(since: healed)
        try await cluster.awaitHealth()
    }

    /// Fetches that came to nothing, by the nodes' own word.
    private func triesInVain(_ app: ClusterPlan.App) -> Int {
        cluster.nodes.reduce(0) { sum, node in
            sum + node.log.split(separator: "\n").count { $0.contains("got no token") && $0.contains(app.id) }
        }
    }
}
