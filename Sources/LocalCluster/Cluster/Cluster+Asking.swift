package import ClusterObservation
internal import Subprocess
internal import WeChatSimulator

extension Cluster {
    /// The node that leads, if there is one.
    package func leader() async throws -> ClusterNode? {
        for node in nodes where await node.leads() { return node }
        return nil
    }

    /// Waits for a node that leads.
    package func awaitLeader(within limit: Duration = .seconds(20)) async throws -> ClusterNode {
        var leader: ClusterNode?
        try await eventually("a node leads", within: limit) {
            leader = try await self.leader()
            return leader != nil
        }
        guard let leader else { throw NotInTime(description: "a node leads") }
        return leader
    }

    /// Waits until every node serves every app that has a true secret, and the load balancer sends to all of them.
    package func awaitHealth(within limit: Duration = .seconds(30)) async throws {
        for node in nodes {
            try await eventually("\(node.name) is ready", within: limit) { await node.status("/readyz") == 200 }
            for app in plan.apps where app.hasTrueSecret {
                try await eventually("\(node.name) serves \(app.id)", within: limit) {
                    (try? await read(app, from: node.port))?.status == 200
                }
            }
        }
        // A stranger's request has no effect, and shows who would answer: for both of the balancer's ways.
        for question in [Question.get("/token"), try .post("/token/refresh", [:], key: "nobody")] {
            var seen: Set<String> = []
            try await eventually("the load balancer uses all nodes for \(question.path)", within: limit) {
                if let node = (try? await ask(front, question))?.node { seen.insert(node) }
                return seen.count == nodes.count
            }
        }
    }

    /// Ends every fault there is: wakes, starts and connects whatever was frozen, killed or cut.
    package func mend() async throws {
        wechat.clearFaults()
        if !redis.isRunning { try await redis.start() }
        for node in nodes {
            for relay in node.links?.all ?? [] { await relay.heal() }
            // One that has just ended has nothing to wake from.
            if try node.process.ending == nil { try? node.send(.resume) } else { try await node.start() }
        }
    }

    /// `GET /token`.
    package func read(_ app: ClusterPlan.App, from port: Int) async throws -> Answer {
        try await ask(port, on: host(of: port), .get("/token?appid=\(app.id)", key: secrets.shop))
    }

    /// The token that a node serves now.
    package func token(of app: ClusterPlan.App, from port: Int? = nil) async throws -> String {
        let answer = try await read(app, from: port ?? front)
        guard let token = answer.token else { throw NotInTime(description: "a token of \(app.id): \(answer.status)") }
        return token
    }

    /// What a caller of a node, or of the load balancer, is told that its token has left.
    package func secondsLeft(of app: ClusterPlan.App, at node: ClusterNode? = nil) async throws -> Int {
        let answer = try await read(app, from: node?.port ?? front)
        guard let left = answer.fields.expires_in else {
            throw NotInTime(description: "a token of \(app.id): \(answer.status)")
        }
        return left
    }

    /// `POST /token/refresh`.
    package func refresh(_ app: ClusterPlan.App, reporting token: String, at port: Int) async throws -> Answer {
        try await ask(
            port, on: host(of: port),
            .post("/token/refresh", ["appid": app.id, "access_token": token], key: secrets.shop))
    }

    /// `POST /operate/...`, such as `refresh`.
    package func operate(_ what: String, _ fields: [String: String], at port: Int) async throws -> Answer {
        try await ask(port, on: host(of: port), .post("/operate/\(what)", fields, key: secrets.operate))
    }

    /// Where a port is: of whatever is no node, here.
    private func host(of port: Int) -> String { nodes.first { $0.port == port }?.host ?? Place.loopback }

    package func life(of token: String) -> Load.Life {
        guard let standing = wechat.standing(of: token) else { return .over }
        return standing.strict > .zero ? .going : standing.grace > .zero ? .overtaken : .over
    }

    package func isAlive(_ token: String) -> Bool { life(of: token) == .going }
}
