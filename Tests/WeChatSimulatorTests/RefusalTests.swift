import Testing
import WeChatSimulator

@Suite struct RefusalTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let what: String
        let credentials: SimulatedWeChat.Credentials
        let errcode: Int
        let text: String
        var testDescription: String { what }
    }

    static let rows = [
        Row(what: "no appid", credentials: .init(appID: nil, secret: "x"), errcode: 41002, text: "appid missing rid: "),
        Row(
            what: "wrong appid and everything else wrong too",
            credentials: .init(appID: "wx?", secret: nil, grantType: nil),
            errcode: 40013,
            text: "invalid appid rid: "
        ),
        Row(
            what: "wrong grant_type",
            credentials: .init(appID: World.appID, secret: nil, grantType: "password"),
            errcode: 40002,
            text: "invalid grant_type rid: "
        ),
        Row(
            what: "no secret",
            credentials: .init(appID: World.appID, secret: ""),
            errcode: 41004,
            text: "appsecret missing rid: "
        ),
        Row(
            what: "wrong secret",
            credentials: .init(appID: World.appID, secret: "guess"),
            errcode: 40125,
            text: "invalid appsecret, rid: "
        ),
    ]

    @Test(arguments: rows)
    func fetch_IsRefused_WithWeChatsOwnText(row: Row) throws {
        var world = try World()
        for request in [
            SimulatedWeChat.Request.token(row.credentials), .stableToken(row.credentials, forceRefresh: true),
        ] {
            let answer = world.ask(request, at: 0)
            #expect(answer.errcode == row.errcode)
            #expect(answer.errmsg?.hasPrefix(row.text + "64d20329-") == true, "\(answer.body)")
            #expect(answer.errmsg?.count == row.text.count + 26)
        }
        #expect(world.machine.calls().allSatisfy { $0.outcome == .refused(row.errcode) && $0.fingerprint == nil })
    }

    @Test func deadToken_IsRefused_WithTheLiteralText() throws {
        var world = try World()
        let text =
            "invalid credential, access_token is invalid or not latest, could get access_token by "
            + "getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r rid: "
        let answer = world.ask(.domainIP(accessToken: "made up"), at: 0)
        #expect(answer.errcode == 40001)
        #expect(answer.errmsg?.hasPrefix(text) == true)
        #expect(world.ask(.domainIP(accessToken: nil), at: 0).errmsg?.hasPrefix("access_token missing rid: ") == true)
    }

    @Test func livingToken_IsToldTheAddresses() throws {
        var world = try World()
        let token = world.stable(at: 0).token
        let answer = world.ask(.domainIP(accessToken: token), at: 1)
        #expect((answer.object["ip_list"] as? [String])?.isEmpty == false)
        #expect(answer.errcode == nil)
    }

    @Test(arguments: [
        ("10.1.2.3", true), ("10.9.9.200", true), ("10.9.8.1", false), ("172.16.5.4", true), ("172.32.0.1", false),
        ("2001:db8::1", false), ("unknown", false),
    ])
    func address_MustBeOnTheAllowList(address: String, isAdmitted: Bool) throws {
        var world = try World(allowList: ["10.1.2.3", "10.9.9.*", "172.16.0.0/12"])
        let answer = world.ask(.token(World.credentials), at: 0, from: address)
        #expect(answer.errcode == (isAdmitted ? nil : 40164))
        let text = "invalid ip \(address) ipv6 ::ffff:\(address), not in whitelist rid: "
        #expect(isAdmitted || answer.errmsg?.hasPrefix(text) == true)
    }

    @Test func classicQuota_IsPerDay_AndNamesTheStableEndpoint() throws {
        var world = try World(quotas: .init(classicPerDay: 2))
        #expect(world.classic(at: 0).errcode == nil)
        #expect(world.classic(at: 1).errcode == nil)
        let refused = world.classic(at: 2)
        #expect(refused.errcode == 45009)
        #expect(refused.errmsg?.contains("could get access_token by getStableAccessToken") == true)
        #expect(world.stable(at: 3).errcode == nil)
        #expect(world.classic(at: 86_400).errcode == nil)
    }

    @Test func minuteQuota_EndsWithTheMinute_AndTakesNothingFromTheDay() throws {
        var world = try World(quotas: .init(classicPerDay: 3, perMinute: 1))
        #expect(world.classic(at: 0).errcode == nil)
        for _ in 0..<10 { #expect(world.classic(at: 59).errcode == 45011) }
        #expect(world.classic(at: 60).errcode == nil)
    }

    @Test func wrongSecret_TakesNothingFromTheQuota() throws {
        var world = try World(quotas: .init(classicPerDay: 1))
        _ = world.ask(.token(.init(appID: World.appID, secret: "guess")), at: 0)
        #expect(world.classic(at: 1).errcode == nil)
    }

    @Test func newSecret_IsAskedFor_AfterAnUpdate() throws {
        var world = try World()
        let token = world.classic(at: 0).token
        try world.machine.update(SimulatedApp(appID: World.appID, secret: "another"))
        #expect(world.classic(at: 1).errcode == 40125)
        #expect(world.errcode(of: token, at: 1) == 0)
    }

    @Test func limits_AreKept() throws {
        var world = try World()
        for id in ["wx2", "wx3"] { try world.machine.add(SimulatedApp(appID: id, secret: "s")) }
        #expect(throws: SimulatorError.full("apps; the limit is 3")) {
            try world.machine.add(SimulatedApp(appID: "wx4", secret: "s"))
        }
        #expect(throws: SimulatorError.duplicateApp("wx2")) {
            try world.machine.add(SimulatedApp(appID: "wx2", secret: "s"))
        }
        for _ in 0..<3 { _ = try world.machine.arm(.init(.hang)) }
        #expect(throws: SimulatorError.self) { try world.machine.arm(.init(.hang)) }
        #expect(throws: SimulatorError.self) { try SimulatedApp(appID: "wx", secret: "s", tokenLength: 15) }
        #expect(throws: SimulatorError.self) { try SimulatedApp(appID: "wx", secret: "s", allowList: ["10.0.0.0/33"]) }
        #expect(throws: SimulatorError.self) { try SimulatedWeChat.Timing(lifetime: .milliseconds(999)) }
    }
}
