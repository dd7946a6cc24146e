import Testing
import WeChatSimulator

/// Tickets and WeCom as callers see them, over HTTP.
@Suite struct LiveTicketTests {
    static let weComPath = "/cgi-bin/gettoken?corpid=\(World.corporation)&corpsecret=secret-of-desk"

    /// A simulator with an official account and an app of WeCom, and a living token of each.
    private func withTokens(
        _ body: (LiveWorld, _ official: String, _ weCom: String) async throws -> Void
    ) async throws {
        try await withLiveWorld { world in
            try world.server.add(World.weComApp("desk"))
            let official = try #require(try await world.fetch().answer.token)
            let weCom = try #require(try await world.client.get(Self.weComPath).answer.token)
            try await body(world, official, weCom)
        }
    }

    /// The path of a call to each endpoint that gives a ticket or a WeCom token.
    private func path(_ endpoint: SimulatedWeChat.Endpoint, _ official: String, _ weCom: String) -> String {
        switch endpoint {
        case .ticket: "/cgi-bin/ticket/getticket?type=jsapi&access_token=\(official)"
        case .weComToken: Self.weComPath
        case .corporationTicket: "/cgi-bin/get_jsapi_ticket?access_token=\(weCom)"
        case .agentTicket: "/cgi-bin/ticket/get?type=agent_config&access_token=\(weCom)"
        case .token, .stableToken, .domainIP: preconditionFailure("\(endpoint) is for other tests")
        }
    }

    static let endpoints: [SimulatedWeChat.Endpoint] = [.ticket, .weComToken, .corporationTicket, .agentTicket]

    @Test(arguments: endpoints)
    func call_IsAnswered_AndLogged(endpoint: SimulatedWeChat.Endpoint) async throws {
        try await withTokens { world, official, weCom in
            let reply = try await world.client.get(
                path(endpoint, official, weCom) + "&debug=run-7",
                headers: ["X-Wxkeeper-Node: a", "X-Wxkeeper-Epoch: 12"]
            )
            #expect(reply.status == 200)
            #expect(reply.header("Content-Type") == "application/json; encoding=utf-8")
            #expect(reply.answer.errcode == 0)
            #expect((reply.answer.ticket ?? reply.answer.token)?.isEmpty == false)
            let call = try #require(world.server.calls().last)
            #expect(call.endpoint == endpoint)
            #expect(call.caller == .init(address: "127.0.0.1", node: "a", epoch: "12", debug: "run-7"))
            #expect(call.ending == .answered)
            #expect(call.appID == (endpoint == .ticket ? World.appID : "desk"))
        }
    }

    /// The faults that end by themselves, and whether a reply shows one.
    private static let faults: [(kind: SimulatedWeChat.Fault.Kind, isSeen: @Sendable (RawClient.Reply) -> Bool)] = [
        (.error(WeChatError(code: -1, text: "system error")), { $0.answer.errcode == -1 }),
        (.resetBefore, { $0.ending == .reset && $0.text.isEmpty }),
        (.resetAfter, { $0.ending == .reset && $0.text.isEmpty }),
        (.html, { $0.status == 200 && $0.body.hasPrefix("<html>") }),
        (.status(502), { $0.status == 502 && $0.body.hasPrefix("<html>") }),
        (.empty, { $0.status == 200 && $0.body.isEmpty }),
        (.truncated, { $0.header("Content-Length").flatMap { Int($0) }.map { $0 / 2 } == $0.body.utf8.count }),
        (.huge(bytes: 200_000), { $0.body.utf8.count > 190_000 }),
        (.drip(every: .milliseconds(1)), { $0.answer.errcode == 0 }),
        (.delay, { $0.answer.errcode == 0 }),
    ]

    @Test(arguments: endpoints)
    func everyFault_StrikesTheEndpoint(endpoint: SimulatedWeChat.Endpoint) async throws {
        try await withTokens { world, official, weCom in
            let path = path(endpoint, official, weCom)
            for (kind, isSeen) in Self.faults {
                try world.server.arm(.init(kind), endpoint: endpoint, times: 1)
                let reply = try await world.client.get(path)
                #expect(isSeen(reply), "\(kind.name): \(reply.text.prefix(300))")
                #expect(world.server.calls().last?.fault == kind)
            }
            for kind in [SimulatedWeChat.Fault.Kind.hang, .lostAnswer] {
                try world.server.arm(.init(kind), endpoint: endpoint, times: 1)
                let last = try #require(world.server.calls().last?.sequence)
                let silent = try await world.client.send("GET", path) { [server = world.server] in
                    server.calls(after: last).first.map { kind == .hang || $0.outcome != nil } ?? false
                }
                #expect(silent.ending == .gaveUp)
                #expect(silent.text.isEmpty)
            }
            #expect(try await world.client.get(path).answer.errcode == 0, "the faults are spent")
        }
    }

    @Test func refusals_HaveStatus200() async throws {
        try await withTokens { world, _, _ in
            let wrong = try await world.client.get(Self.weComPath + "x")
            #expect(wrong.status == 200)
            #expect(wrong.answer.errcode == 40001)
            #expect(wrong.answer.errmsg?.contains(", from ip: 127.0.0.1, more info at https://") == true)
            let dead = try await world.client.get("/cgi-bin/ticket/getticket?type=jsapi&access_token=no")
            #expect(dead.status == 200)
            #expect(dead.answer.errcode == 40001)
        }
    }

    @Test func ticket_CanBeReplacedAndAskedAbout() async throws {
        try await withTokens { world, official, weCom in
            let path = path(.ticket, official, weCom)
            let old = try #require(try await world.client.get(path).answer.ticket)
            let fingerprint = try world.server.replaceTicket(.jsapi, of: World.appID)
            let new = try #require(try await world.client.get(path).answer.ticket)
            #expect(new != old)
            #expect(world.server.standing(ofTicket: new)?.isCurrent == true)
            let standing = try #require(world.server.standing(ofTicket: old))
            #expect(!standing.isCurrent)
            #expect(standing.usable > .seconds(290))
            #expect(world.server.standing(ofTicket: old, at: world.server.now + .seconds(301))?.usable == .zero)
            #expect(world.server.calls().last?.fingerprint == fingerprint)
        }
    }
}

/// Tickets and WeCom in the control interface.
@Suite struct TicketInterfaceTests {
    private func withWeComApp(_ body: (LiveWorld) async throws -> Void) async throws {
        try await withLiveWorld { world in
            let app = #"{"appid":"desk","secret":"secret-of-desk","corporation":"\#(World.corporation)"}"#
            #expect(try await world.client.post("/simulator/apps", app).status == 200)
            try await body(world)
        }
    }

    private func summary(_ world: LiveWorld, _ appID: String) async throws -> [String: Any] {
        let told = try await world.client.get("/simulator/apps?appid=\(appID)").answer.object
        return try #require((told["apps"] as? [[String: Any]])?.first)
    }

    @Test func weComApp_IsToldWithItsLineAndTickets() async throws {
        try await withWeComApp { world in
            let token = try #require(try await world.client.get(LiveTicketTests.weComPath).answer.token)
            let path = "/cgi-bin/get_jsapi_ticket?access_token=\(token)"
            let ticket = try await world.client.get(path).answer.ticket
            let app = try await summary(world, "desk")
            #expect(app["corporation"] as? String == World.corporation)
            let line = try #require(app["wecom"] as? [String: Any])
            #expect(line["access_token"] as? String == token)
            #expect(line["issued"] as? Int == 1)
            let tickets = try #require(app["tickets"] as? [[String: Any]])
            #expect(tickets.map { $0["type"] as? String } == ["jsapi"])
            #expect(tickets.first?["ticket"] as? String == ticket)
            #expect(tickets.first?["current"] as? Bool == true)
            let official = try await summary(world, World.appID)
            #expect(official["wecom"] == nil)
            #expect((official["tickets"] as? [Any])?.isEmpty == true)
        }
    }

    @Test func weComToken_CanBeVerifiedAndRevoked() async throws {
        try await withWeComApp { world in
            let token = try #require(try await world.client.get(LiveTicketTests.weComPath).answer.token)
            let verdict = try await world.client.get("/simulator/verify?access_token=\(token)").answer.object
            #expect(verdict["line"] as? String == "wecom")
            #expect(verdict["appid"] as? String == "desk")
            #expect(verdict["alive"] as? Bool == true)
            let revoked = try await world.client.post("/simulator/revoke", #"{"appid":"desk","line":"wecom"}"#)
            #expect((revoked.answer.object["revoked"] as? [String])?.count == 1)
            let refused = try await world.client.get("/cgi-bin/get_api_domain_ip?access_token=\(token)")
            #expect(refused.answer.errcode == 40014)
            #expect(try await world.client.post("/simulator/revoke", #"{"appid":"desk","line":"w"}"#).status == 400)
        }
    }

    @Test func ticket_IsReplacedAndToldOverHTTP() async throws {
        try await withLiveWorld { world in
            let token = try #require(try await world.fetch().answer.token)
            let path = "/cgi-bin/ticket/getticket?type=wx_card&access_token=\(token)"
            let old = try #require(try await world.client.get(path).answer.ticket)
            let began = world.server.now
            let body = #"{"appid":"\#(World.appID)","type":"wx_card"}"#
            let replaced = try await world.client.post("/simulator/ticket", body).answer.object
            let new = try #require(try await world.client.get(path).answer.ticket)
            let current = try await world.client.get("/simulator/ticket?ticket=\(new)").answer.object
            #expect(current["fingerprint"] as? String == replaced["fingerprint"] as? String)
            #expect(current["current"] as? Bool == true)
            #expect(current["type"] as? String == "wx_card")
            #expect(current["appid"] as? String == World.appID)
            let previous = try await world.client.get("/simulator/ticket?ticket=\(old)").answer.object
            #expect(previous["current"] as? Bool == false)
            #expect(previous["usable"] as? Bool == true)
            #expect(previous["newer"] as? Int == 1)
            let asked = "/simulator/ticket?ticket=\(old)&at_ns=\(began.nanoseconds)"
            #expect(try await world.client.get(asked).answer.object["current"] as? Bool == true)
            let unknown = try await world.client.get("/simulator/ticket?ticket=no").answer.object
            #expect(unknown["known"] as? Bool == false)
            #expect(unknown["usable"] as? Bool == false)
        }
    }

    @Test(arguments: [
        (#"{"appid":"\#(World.appID)","type":"agent_config"}"#, 400), (#"{"appid":"nobody","type":"jsapi"}"#, 404),
        (#"{"appid":"\#(World.appID)","type":"card"}"#, 400), (#"{"appid":"\#(World.appID)"}"#, 400),
    ])
    func replacementThatCannotBe_IsRefused(body: String, status: Int) async throws {
        try await withLiveWorld { world in
            let refused = try await world.client.post("/simulator/ticket", body)
            #expect(refused.status == status)
            #expect(try await world.client.get("/simulator/ticket").status == 400)
        }
    }

    @Test func callForATicket_IsTold() async throws {
        try await withLiveWorld { world in
            let token = try #require(try await world.fetch().answer.token)
            let path = "/cgi-bin/ticket/getticket?type=jsapi&access_token=\(token)"
            for _ in 0..<2 { _ = try await world.client.get(path) }
            let told = try await world.client.get("/simulator/calls?since=1").answer.object
            let calls = try #require(told["calls"] as? [[String: Any]])
            #expect(calls.map { $0["result"] as? String } == ["ticket-issued", "ticket-repeated"])
            #expect(calls.allSatisfy { $0["ticket"] as? String == "jsapi" && $0["endpoint"] as? String == "getticket" })
        }
    }

    @Test(arguments: LiveTicketTests.endpoints)
    func fault_CanBeArmedByTheEndpointsName(endpoint: SimulatedWeChat.Endpoint) async throws {
        try await withLiveWorld { world in
            let body = #"{"fault":"hang","endpoint":"\#(endpoint.rawValue)"}"#
            #expect(try await world.client.post("/simulator/fault", body).status == 200)
            let cleared = try await world.client.send("DELETE", "/simulator/fault?endpoint=\(endpoint.rawValue)")
            #expect(cleared.answer.object["cleared"] as? Int == 1)
        }
    }
}
