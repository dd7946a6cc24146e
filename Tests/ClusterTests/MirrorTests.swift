import ClusterObservation
import Foundation
import LocalCluster
import Subprocess
import Testing
import WeChatSimulator

extension ClusterTests {
    /// Mirrors of a token in Redis, as programs read them that know nothing of wxkeeper.
    @Suite(.serialized) struct MirrorTests {
        /// How soon a key that was deleted must be back.
        private static let bound = Duration.seconds(20)

        @Test func copies_FollowTheToken_AndOutliveTheLeader() async throws {
            // A short life, so that a young token may be replaced soon.
            var plan = ClusterPlan(
                lifetime: .seconds(100), overlap: .seconds(20), apps: [.init("wx-mirrored", .classic)])
            plan.apps[0].publish = ["seed", "wechatpy"]
            let app = plan.apps[0]
            try await withCluster(plan) { cluster in
                let first = try await cluster.token(of: app)
                try await cluster.awaitMirrors(of: first, app, after: "the start", within: .seconds(5))
                try await cluster.expectTrueEnds(of: app)

                try cluster.wechat.revoke(app.id, line: app.line)
                let answer = try await cluster.refresh(app, reporting: first, at: cluster.nodes[0].port)
                let second = try #require(answer.token)
                #expect(second != first)
                try await cluster.awaitMirrors(of: second, app, after: "a rotation", within: .seconds(5))

                try await cluster.redis.run("DEL", "WCH_access_token", "wechatpy:\(app.id)_access_token_expires_at")
                try await cluster.awaitMirrors(of: second, app, after: "a deletion", within: Self.bound)

                let leader = try await cluster.awaitLeader()
                let fault = ContinuousClock.now
                try leader.send(.kill)
                let takeover = try await cluster.takeover(from: leader, since: fault)
                takeover.expect(atMost: plan.takeoverBound)
                try await cluster.redis.run("DEL", "WCH_expires_in", "wechatpy:\(app.id)_access_token")
                let third = try await cluster.token(of: app, from: takeover.leader.port)
                try await cluster.awaitMirrors(of: third, app, after: "a takeover", within: Self.bound)
                try await cluster.expectTrueEnds(of: app)
            }
        }
    }
}

extension Cluster {
    private func value(of key: String) async throws -> String {
        let shown = try await redis.run("GET", key)
        return shown.hasSuffix("\n") ? String(shown.dropLast()) : shown
    }

    /// Waits until all keys stand as they should, and prints how long that took.
    fileprivate func awaitMirrors(
        of token: String, _ app: ClusterPlan.App, after what: String, within limit: Duration
    ) async throws {
        let start = ContinuousClock.now
        try await eventually("the mirrors hold the token after \(what)", within: limit) {
            let plain = try await value(of: "WCH_access_token") == token
            let quoted = try await value(of: "wechatpy:\(app.id)_access_token") == "\"\(token)\""
            let ends = try await redis.run("EXISTS", "WCH_expires_in", "wechatpy:\(app.id)_access_token_expires_at")
            return plain && quoted && ends == "2\n"
        }
        print("mirrors right after \(what): \((ContinuousClock.now - start).wholeMilliseconds) ms")
    }

    /// The keys end when the token does, and say so.
    fileprivate func expectTrueEnds(of app: ClusterPlan.App) async throws {
        let answer = try await read(app, from: front)
        let body = try JSONDecoder().decode(TokenBody.self, from: Data(answer.body.utf8))
        let end = Date.now.timeIntervalSince1970 + Double(body.expiresIn)
        let early = try #require(Double(try await value(of: "WCH_expires_in")))
        let own = try #require(Double(try await value(of: "wechatpy:\(app.id)_access_token_expires_at")))
        #expect(abs(own - end) <= 4)
        #expect(abs(own - 120 - early) <= 4)
        for key in ["WCH_access_token", "WCH_expires_in", "wechatpy:\(app.id)_access_token"] {
            let ttl = try #require(Double(try await redis.run("TTL", key).dropLast()))
            #expect(abs(ttl - Double(body.expiresIn)) <= 4, "\(key)")
        }
    }
}

private struct TokenBody: Decodable {
    let expiresIn: Int

    enum CodingKeys: String, CodingKey {
        case expiresIn = "expires_in"
    }
}
