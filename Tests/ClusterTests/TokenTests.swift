import ClusterObservation
import LocalCluster
import Testing
import WeChatSimulator

extension ClusterTests {
    /// Long tokens, wrong secrets, and what must never be told.
    @Suite(.serialized) struct TokenTests {
        @Test func longTokens_PassThroughEverything_AndAWrongSecretTakesNoNodeOut() async throws {
            let plan = ClusterPlan(
                lifetime: .seconds(100), overlap: .seconds(20),
                apps: [
                    .init("wx-512", .classic, tokenLength: 512), .init("wx-2048", .stable, tokenLength: 2048),
                    .init("wx-wrong", .stable, hasTrueSecret: false),
                ])
            try await withCluster(plan) { cluster in
                let leader = try await cluster.awaitLeader()
                let followers = cluster.nodes.filter { $0 !== leader }
                for app in plan.apps.prefix(2) {
                    let old = try await cluster.token(of: app)
                    #expect(old.count == app.tokenLength)
                    try cluster.wechat.revoke(app.id, line: app.line)
                    let answer = try await cluster.refresh(app, reporting: old, at: followers[0].port)
                    #expect(answer.status == 200)
                    #expect(answer.fields.refreshed == true)
                    let new = answer.token ?? ""
                    #expect(new.count == app.tokenLength && new != old)
                    for node in cluster.nodes {
                        try await eventually("\(node.name) serves the new token", within: .seconds(2)) {
                            try await cluster.token(of: app, from: node.port) == new
                        }
                    }
                }
                for node in cluster.nodes {
                    #expect(await node.status("/readyz") == 200)
                    let ill = try await node.health().apps.ill
                    #expect(ill.map(\.appid) == ["wx-wrong"])
                    #expect(try await cluster.read(plan.apps[2], from: node.port).status == 503)
                }
                let told = try await leader.health().apps.ill.first?.errcode
                #expect(told == 40125, "the leader knows why")
            }
        }

        @Test func noProcess_TellsASecret_HoweverMuchItSays() async throws {
            var plan = ClusterPlan(lifetime: .seconds(60), overlap: .seconds(8))
            plan.logLevel = "trace"
            try await withCluster(plan) { cluster in
                let leader = try await cluster.awaitLeader()
                for app in plan.apps {
                    let old = try await cluster.token(of: app)
                    // A live one, a dead one, a wrong key, a wish of an operator: through every node.
                    for node in cluster.nodes {
                        #expect(try await cluster.refresh(app, reporting: old, at: node.port).status == 200)
                        let stranger = Question.get("/token?appid=\(app.id)", key: old)
                        #expect(try await ask(node.port, stranger).status == 401)
                    }
                    try cluster.wechat.arm(.init(.status(502)), appID: app.id, endpoint: app.endpoint, times: 1)
                    try cluster.wechat.revoke(app.id, line: app.line)
                    try await eventually("\(app.id) has a new token, once WeChat's last word is old") {
                        _ = try await cluster.refresh(app, reporting: old, at: cluster.nodes[0].port)
                        return try await cluster.token(of: app) != old
                    }
                }
                for node in cluster.nodes {
                    let arguments = ProcessTable.arguments(of: try node.process.processID)
                    #expect(arguments.contains("serve --config"), "\(arguments)")
                }
                #expect(leader.log.contains("published a new token"))
                try cluster.auditSecrecy()
            }
        }

        @Test func audit_FindsWhatIsPlanted() {
            let secret = FreshSecret.draw("appsecret")
            let token = String(repeating: "7e-_X", count: 30)
            let lines = "a url?secret=\(secret)&x=1\nb {\"access_token\":\"\(token)\"}\nc fingerprint=191088abda4a671c"
            #expect(Audit.findings(in: lines, hiding: [secret]).count == 2)
        }
    }
}
