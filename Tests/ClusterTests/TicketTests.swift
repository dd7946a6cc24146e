import ClusterObservation
import Crypto
import LocalCluster
import Subprocess
import Testing
import WeChatSimulator

extension ClusterTests {
    /// Tickets, WeCom, and WeChat's own paths, through a cluster whose leader dies.
    @Suite(.serialized) struct TicketTests {
        private let shop = ClusterPlan.App("wx-shop", .stable, tickets: ["jsapi", "wx_card"])
        private let office = ClusterPlan.App("ww-office", .weCom, tickets: ["jsapi", "agent_config"])
        private let page = "https://shop.example.com/pay?order=7"

        @Test func ticketsAndTokens_AreTheSameEverywhere_AndOutliveTheLeader() async throws {
            let plan = ClusterPlan(apps: [shop, office])
            try await withCluster(plan) { cluster in
                let leader = try await cluster.awaitLeader()
                var tickets: [String] = []
                for (app, type) in [(shop, "jsapi"), (shop, "wx_card"), (office, "jsapi"), (office, "agent_config")] {
                    try await eventually("\(app.id) has a ticket \(type) on every node") {
                        for node in cluster.nodes where try await ticket(type, of: app, at: node, cluster) == nil {
                            return false
                        }
                        return true
                    }
                    let answers = try await cluster.nodes.asyncMap { try await ticket(type, of: app, at: $0, cluster) }
                    #expect(Set(answers.map { $0?.ticket }).count == 1)
                    // WeChat says 7200 s of a ticket whose age nobody knows.
                    for answer in answers { #expect((1...600).contains(answer?.expires_in ?? 0)) }
                    let current = try #require(answers[0]?.ticket)
                    #expect(cluster.wechat.standing(ofTicket: current)?.isCurrent == true)
                    tickets.append(current)
                }
                try await expectSigned(with: tickets[0], by: cluster)
                try await expectDropIns(of: cluster, ticket: tickets[0])

                try leader.send(.kill)
                try await eventually("another leads") {
                    guard let next = try await cluster.leader() else { return false }
                    return next !== leader
                }
                for node in cluster.nodes where node !== leader {
                    #expect(try await ticket("jsapi", of: shop, at: node, cluster)?.ticket == tickets[0])
                }
                // Whoever leads asks once, to know whether they are still the same.
                let fetches = cluster.wechat.calls(after: 0).filter { !$0.endpoint.bringsToken }
                #expect(fetches.count { $0.outcome == .ticketIssued } == 4)
                #expect(cluster.wechat.calls(after: 0).count { $0.outcome == .issued } == 3)
            }
        }

        private func ticket(
            _ type: String, of app: ClusterPlan.App, at node: ClusterNode, _ cluster: Cluster
        ) async throws -> Answer.Fields? {
            let answer = try await ask(
                node.port, .get("/ticket?appid=\(app.id)&type=\(type)", key: cluster.secrets.shop))
            return answer.status == 200 ? answer.fields : nil
        }

        private func expectSigned(with ticket: String, by cluster: Cluster) async throws {
            let url = page.replacing(":", with: "%3A").replacing("?", with: "%3F")
            let answer = try await ask(
                cluster.front, .get("/jssdk/config?appid=\(shop.id)&url=\(url)%23part", key: cluster.secrets.shop))
            let fields = answer.fields
            let text =
                "jsapi_ticket=\(ticket)&noncestr=\(fields.nonceStr ?? "")"
                + "&timestamp=\(fields.timestamp ?? 0)&url=\(page)"
            let digest = Insecure.SHA1.hash(data: Array(text.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
            #expect(fields.signature == digest.joined())
            #expect(fields.appId == shop.id)
        }

        /// A program that knows nothing but WeChat, with the address changed.
        private func expectDropIns(of cluster: Cluster, ticket: String) async throws {
            let key = cluster.secrets.shop
            let token = try await cluster.token(of: shop)
            let asked = "grant_type=client_credential&appid=\(shop.id)&secret=\(key)"
            for path in ["/cgi-bin/token?\(asked)", "/token?\(asked)"] {
                #expect(try await ask(cluster.front, .get(path)).token == token)
            }
            let corporation = try #require(office.corporation)
            let office = try await ask(
                cluster.front, .get("/cgi-bin/gettoken?corpid=\(corporation)&corpsecret=\(key)"))
            #expect(try await office.token == cluster.token(of: self.office))
            #expect(office.fields.errcode == 0)
            let path = "/cgi-bin/ticket/getticket?access_token=\(token)&type=jsapi"
            #expect(try await ask(cluster.front, .get(path)).fields.ticket == ticket)
            let wrong = try await ask(cluster.front, .get("/cgi-bin/token?\(asked)x"))
            #expect(wrong.status == 200 && wrong.fields.errcode == 40_125)
            try await expectForcedRefresh(of: cluster)
        }

        /// `force_refresh` of a living token rotates nothing; of a dead one it brings the next.
        private func expectForcedRefresh(of cluster: Cluster) async throws {
            var question = try Question.post("/cgi-bin/stable_token", [:], key: cluster.secrets.shop)
            question.key = nil
            question.body =
                #"{"grant_type":"client_credential","appid":"\#(shop.id)","#
                + #""secret":"\#(cluster.secrets.shop)","force_refresh":true}"#
            let token = try await cluster.token(of: shop)
            #expect(try await ask(cluster.front, question).token == token)
            try cluster.wechat.revoke(shop.id, line: shop.line)
            // Not in its first ten seconds, in which WeChat is not asked again.
            try await eventually("the dead token is replaced") {
                guard let next = try await ask(cluster.front, question).token else { return false }
                return try await cluster.token(of: shop) == next && next != token
            }
        }
    }
}

extension Sequence {
    /// One after the other.
    fileprivate func asyncMap<Value>(_ transform: (Element) async throws -> Value) async rethrows -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await transform(element)) }
        return values
    }
}
