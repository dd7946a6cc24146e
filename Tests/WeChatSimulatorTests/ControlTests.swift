import Testing
import WeChatSimulator

@Suite struct ControlTests {
    @Test func calls_AreTold_SinceANumberAndOfOneApp() async throws {
        try await withLiveWorld { world in
            let token = try await world.fetch().answer.token
            _ = try await world.isAlive(token)
            let all = try await world.client.get("/simulator/calls").answer.object
            let calls = try #require(all["calls"] as? [[String: Any]])
            #expect(all["last"] as? Int == 2)
            #expect(calls.count == 2)
            #expect(calls[0]["result"] as? String == "issued")
            #expect(calls[0]["ending"] as? String == "answered")
            #expect(calls[0]["endpoint"] as? String == "token")
            #expect(calls[1]["result"] as? String == "accepted")
            #expect(calls[1]["appid"] as? String == World.appID)
            #expect(calls[0]["fingerprint"] as? String == calls[1]["fingerprint"] as? String)
            let start = try #require(calls[0]["start_ns"] as? Int)
            let processed = try #require(calls[0]["processed_ns"] as? Int)
            #expect(processed >= start)
            let ended = try #require(calls[0]["end_ms"] as? Int)
            #expect(ended >= start / 1_000_000)

            let later = try await world.client.get("/simulator/calls?since=1&appid=\(World.appID)").answer.object
            #expect((later["calls"] as? [[String: Any]])?.map { $0["sequence"] as? Int } == [2])
            let others = try await world.client.get("/simulator/calls?appid=other").answer.object
            #expect((others["calls"] as? [[String: Any]])?.isEmpty == true)
            #expect(try await world.client.get("/simulator/calls?since=x").status == 400)
        }
    }

    @Test func apps_TellTokensAndCounts() async throws {
        try await withLiveWorld { world in
            let old = try await world.fetch().answer.token
            let new = try await world.fetch().answer.token
            let app = try await summary(world)
            let classic = try #require(app["classic"] as? [String: Any])
            #expect(classic["access_token"] as? String == new)
            #expect(classic["issued"] as? Int == 2)
            let alive = try #require(classic["alive"] as? [[String: Any]])
            #expect(alive.map { $0["newer"] as? Int } == [0, 1])
            #expect(old != new)
            #expect(app["classic_used_today"] as? Int == 2)
            #expect((app["stable"] as? [String: Any])?["issued"] as? Int == 0)
            #expect(try await world.client.get("/simulator/apps?appid=other").status == 404)
        }
    }

    @Test func verify_TellsBothReadings() async throws {
        try await withLiveWorld { world in
            let first = try await world.fetch().answer.token ?? ""
            _ = try await world.fetch()
            _ = try await world.client.post("/simulator/external-rotation", #"{"appid":"\#(World.appID)"}"#)
            let verdict = try await world.client.get("/simulator/verify?access_token=\(first)").answer.object
            #expect(verdict["known"] as? Bool == true)
            #expect(verdict["alive"] as? Bool == false)
            #expect(verdict["alive_grace"] as? Bool == true)
            let grace = try #require(verdict["remaining_grace_ms"] as? Int)
            #expect(grace > 290_000)
            let promised = try #require(verdict["promised_ms"] as? Int)
            #expect(promised > 7_190_000)
            #expect(verdict["newer"] as? Int == 2)
            #expect(verdict["line"] as? String == "classic")
            let unknown = try await world.client.get("/simulator/verify?access_token=no").answer.object
            #expect(unknown["known"] as? Bool == false)
            #expect(unknown["alive"] as? Bool == false)
        }
    }

    @Test func revoke_KillsTheTokenAtOnce() async throws {
        try await withLiveWorld { world in
            let token = try await world.fetch().answer.token
            let reply = try await world.client.post("/simulator/revoke", #"{"appid":"\#(World.appID)"}"#)
            #expect((reply.answer.object["revoked"] as? [String])?.count == 1)
            #expect(try await world.isAlive(token) == false)
            #expect(try await world.client.post("/simulator/revoke", #"{"appid":"other"}"#).status == 404)
        }
    }

    @Test(arguments: [
        #"{"fault":"delay","delay_before_ms":1,"delay_after_ms":1}"#, #"{"fault":"hang"}"#,
        #"{"fault":"reset-before"}"#, #"{"fault":"reset-after"}"#, #"{"fault":"lost-answer"}"#,
        #"{"fault":"error","errcode":45009,"errmsg":"reach max api daily quota limit"}"#, #"{"fault":"truncated"}"#,
        #"{"fault":"huge","bytes":1000000}"#, #"{"fault":"html"}"#, #"{"fault":"status","status":503}"#,
        #"{"fault":"empty"}"#, #"{"fault":"drip","interval_ms":1}"#, #"{"fault":"expires-in","expires_in":"1e400"}"#,
        #"{"fault":"empty-token","appid":"wx1","endpoint":"stable_token","times":3}"#,
    ])
    func everyFault_CanBeArmedAndCleared(body: String) async throws {
        try await withLiveWorld { world in
            let id = try #require(try await world.client.post("/simulator/fault", body).answer.object["id"] as? Int)
            let armed = try await world.client.get("/simulator/fault").answer.object["faults"] as? [[String: Any]]
            #expect(armed?.count == 1)
            #expect(armed?.first?["fault"] as? String == Answer(body).object["fault"] as? String)
            #expect(armed?.first?["endpoint"] as? String == Answer(body).object["endpoint"] as? String)
            #expect(armed?.first?["remaining"] as? Int == Answer(body).object["times"] as? Int)
            let cleared = try await world.client.send("DELETE", "/simulator/fault?id=\(id)")
            #expect(cleared.answer.object["cleared"] as? Int == 1)
        }
    }

    @Test(arguments: [
        #"{"fault":"flood"}"#, #"{"fault":"hang","time":1}"#, #"{"fault":"hang","times":0}"#, "[]", "",
        #"{"fault":"hang","endpoint":"tokens"}"#, #"{"fault":"huge","bytes":2000000000}"#, #"{"times":1}"#,
        #"{"fault":"hang","times":"many"}"#,
    ])
    func faultThatCannotBe_IsRefused(body: String) async throws {
        try await withLiveWorld { world in
            let refused = try await world.client.post("/simulator/fault", body)
            #expect(refused.status == 400)
            #expect(try await world.fetch().answer.token != nil)
        }
    }

    @Test func fault_ArmedOverHTTP_Strikes() async throws {
        try await withLiveWorld { world in
            let body = #"{"appid":"\#(World.appID)","endpoint":"token","fault":"error","errcode":-1,"times":1}"#
            let armed = try await world.client.post("/simulator/fault", body)
            #expect(armed.status == 200)
            #expect(try await world.fetch().answer.errcode == -1)
            #expect(try await world.fetch().answer.token != nil)
        }
    }

    @Test func app_CanBeAddedAndChanged() async throws {
        try await withLiveWorld { world in
            let app = #"{"appid":"wx2","secret":"two","token_length":512,"allow_list":["127.0.0.*"],"per_minute":2}"#
            #expect(try await world.client.post("/simulator/apps", app).status == 200)
            #expect(try await world.client.post("/simulator/apps", app).status == 409)
            let path = "/cgi-bin/token?grant_type=client_credential&appid=wx2&secret=two"
            #expect(try await world.client.get(path).answer.token?.count == 512)
            let changed = try await world.client.send(
                "PUT",
                "/simulator/apps",
                body: #"{"appid":"wx2","secret":"three"}"#
            )
            #expect(changed.status == 200)
            #expect(try await world.client.get(path).answer.errcode == 40125)
        }
    }

    @Test func overlaps_AreTold() async throws {
        try await withLiveWorld { world in
            try world.server.arm(.init(.delay, delayAfter: .seconds(2)), times: 2)
            async let one = world.fetch()
            async let other = world.fetch()
            _ = try await (one, other)
            let told = try await world.client.get("/simulator/overlaps?scope=rotating").answer.object
            let overlaps = try #require(told["overlaps"] as? [[String: Any]])
            #expect(overlaps.map { $0["first"] as? Int } == [1])
            #expect(try await world.client.get("/simulator/overlaps?scope=all").status == 400)
        }
    }

    private func summary(_ world: LiveWorld) async throws -> [String: Any] {
        let told = try await world.client.get("/simulator/apps?appid=\(World.appID)").answer.object
        return try #require((told["apps"] as? [[String: Any]])?.first)
    }
}
