import Testing

@testable import WeChatSimulator

@Suite struct WeComTokenTests {
    @Test func token_IsGiven_InWeComsForm() throws {
        var world = try World.withCorporation()
        let answer = world.weCom("desk", at: 0)
        let token = try #require(answer.token)
        #expect(answer.body == #"{"errcode":0,"errmsg":"ok","access_token":"\#(token)","expires_in":7200}"#)
        let standing = try #require(world.machine.standing(of: token, at: .start))
        #expect(standing.appID == "desk")
        #expect(standing.line == .weCom)
    }

    @Test func sameToken_ComesBack_WithTheSecondsThatAreLeft() throws {
        var world = try World.withCorporation()
        let first = world.weCom("desk", at: 0).token
        let later = world.weCom("desk", at: 1000.5)
        #expect(later.token == first)
        #expect(later.expiresIn == 6199)
        let last = world.weCom("desk", at: 7199)
        #expect(last.token == first)
        #expect(last.expiresIn == 1)
        #expect(world.machine.calls().map(\.outcome) == [.issued, .repeated, .repeated])
        let next = world.weCom("desk", at: 7200)
        #expect(next.token != first)
        #expect(next.expiresIn == 7200)
    }

    @Test func tokenInItsLastSecond_IsReplaced_AndKeepsItsOwnEnd() throws {
        var world = try World.withCorporation()
        let old = world.weCom("desk", at: 0).token
        let new = world.weCom("desk", at: 7199.5).token
        #expect(new != old)
        #expect(world.errcode(of: old, at: 7199.9) == 0)
        #expect(world.errcode(of: old, at: 7200) == 42001, "there is no hand-over")
    }

    @Test func revokedToken_IsReplaced() throws {
        var world = try World.withCorporation()
        let dead = world.weCom("desk", at: 0).token
        #expect(try world.machine.revoke("desk", line: .weCom).count == 1)
        #expect(world.errcode(of: dead, at: 1) == 40014)
        let next = world.weCom("desk", at: 2)
        #expect(next.token != dead)
        #expect(next.expiresIn == 7200)
        #expect(try world.machine.revoke("desk") == [Fingerprint.of(next.token ?? "")])
    }

    @Test func appsOfACorporation_AreToldApart_ByTheirSecrets() throws {
        var world = try World.withCorporation()
        let desk = world.weCom("desk", at: 0).token
        let door = world.weCom("door", at: 0).token
        #expect(desk != door)
        #expect(world.machine.calls().map(\.appID) == ["desk", "door"])
        let twin = try SimulatedApp(appID: "door", secret: "secret-of-desk", corporation: World.corporation)
        #expect(throws: SimulatorError.self) { try world.machine.update(twin) }
        var small = try World()
        try small.machine.add(World.weComApp("desk"))
        #expect(throws: SimulatorError.self) { try small.machine.add(twin) }
        #expect(throws: SimulatorError.self) {
            try SimulatedApp(appID: "x", secret: "s", corporation: String(repeating: "c", count: 129))
        }
    }

    @Test func appOfWeCom_KeepsItsCorporation_AndMayHaveANewSecret() throws {
        var world = try World.withCorporation()
        let token = world.weCom("desk", at: 0).token
        let stranger = try SimulatedApp(appID: "desk", secret: "new")
        #expect(throws: SimulatorError.self) { try world.machine.update(stranger) }
        try world.machine.update(SimulatedApp(appID: "desk", secret: "new", corporation: World.corporation))
        #expect(world.weCom("desk", at: 1).errcode == 40001)
        let renewed = world.ask(.weComToken(.init(corporation: World.corporation, secret: "new")), at: 1)
        #expect(renewed.token == token)
    }

    @Test func addressOutsideTheAllowList_IsAdmitted() throws {
        var world = try World()
        try world.machine.add(World.weComApp("desk", allowList: ["192.0.2.1"]))
        #expect(world.weCom("desk", at: 0).errcode == 0)
    }

    @Test func appOfWeCom_HasNoPlace_AmongOfficialAccounts() throws {
        var world = try World.withCorporation()
        let credentials = SimulatedWeChat.Credentials(appID: "desk", secret: "secret-of-desk")
        #expect(world.ask(.token(credentials), at: 0).errcode == 40013)
        #expect(world.ask(.stableToken(credentials, forceRefresh: false), at: 0).errcode == 40013)
        #expect(throws: SimulatorError.self) { try world.machine.rotateExternally("desk", at: .start) }
    }
}

@Suite struct WeComRefusalTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let credentials: SimulatedWeChat.WeComCredentials
        let errcode: Int
        let text: String
        let appID: String?
        var testDescription: String { text }
    }

    static let rows = [
        Row(credentials: .init(corporation: nil, secret: nil), errcode: 41004, text: "corpsecret missing", appID: nil),
        Row(credentials: .init(corporation: nil, secret: "x"), errcode: 41002, text: "corpid missing", appID: nil),
        Row(credentials: .init(corporation: "", secret: "x"), errcode: 41002, text: "corpid missing", appID: ""),
        Row(credentials: .init(corporation: "ww?", secret: "x"), errcode: 40013, text: "invalid corpid", appID: "ww?"),
        Row(
            credentials: .init(corporation: World.corporation, secret: ""),
            errcode: 41004,
            text: "corpsecret missing",
            appID: World.corporation
        ),
        Row(
            credentials: .init(corporation: World.corporation, secret: "guess"),
            errcode: 40001,
            text: "invalid credential",
            appID: World.corporation
        ),
    ]

    @Test(arguments: rows)
    func fetch_IsRefused_WithWeComsOwnText(row: Row) throws {
        var world = try World.withCorporation()
        let answer = world.ask(.weComToken(row.credentials), at: 0)
        #expect(answer.errcode == row.errcode)
        try expectWeComsText(answer, row.text)
        let record = try #require(world.machine.calls().first)
        #expect(record.outcome == .refused(row.errcode))
        #expect(record.appID == row.appID)
    }

    @Test func deadToken_Is40014_AndExpired42001_AtEveryEndpoint() throws {
        var world = try World.withCorporation()
        let expired = world.weCom("desk", at: 0).token
        let revoked = world.weCom("door", at: 0).token
        _ = try world.machine.revoke("door")
        for _ in 0..<2 {
            for (token, code, text) in [
                (expired, 42001, "access_token expired"), (revoked, 40014, "invalid access_token"),
            ] {
                let answers = [
                    world.ask(.domainIP(accessToken: token), at: 7200),
                    world.corporationTicket(with: token, at: 7200), world.agentTicket(with: token, at: 7200),
                ]
                for answer in answers {
                    #expect(answer.errcode == code)
                    try expectWeComsText(answer, text)
                }
            }
            // Once more, now that both have newer ones.
            for name in ["desk", "door"] { _ = world.weCom(name, at: 7200) }
        }
    }

    @Test func madeUpOrMissingToken_IsRefused() throws {
        var world = try World.withCorporation()
        try expectWeComsText(world.corporationTicket(with: "made up", at: 0), "invalid access_token")
        try expectWeComsText(world.agentTicket(with: nil, at: 0), "access_token missing")
        #expect(world.agentTicket(with: nil, at: 0).errcode == 41001)
        #expect(world.machine.calls().last?.outcome == .refused(41001))
    }

    @Test func tokensOfOneHost_AreNothing_ToTheOther() throws {
        var world = try World.withCorporation()
        let official = world.classic(at: 0).token
        let weCom = world.weCom("desk", at: 0).token
        #expect(world.corporationTicket(with: official, at: 1).errcode == 40014)
        #expect(world.agentTicket(with: official, at: 1).errcode == 40014)
        #expect(world.ticket("jsapi", with: weCom, at: 1).errcode == 40001)
        #expect(world.machine.calls().allSatisfy { !$0.isInGrace })
    }

    @Test func faultsError_IsToldInWeComsWords() throws {
        var world = try World.withCorporation()
        let full = WeChatError(code: 45009, text: "api freq out of limit")
        _ = try world.machine.arm(.init(.error(full)), appID: "desk", endpoint: .weComToken, times: 1)
        #expect(world.weCom("door", at: 0).errcode == 0)
        let refused = world.weCom("desk", at: 0)
        #expect(refused.errcode == 45009)
        try expectWeComsText(refused, "api freq out of limit")
        #expect(world.weCom("desk", at: 1).errcode == 0)
    }

    /// Such as `invalid corpid, hint: [1691484969123456789012345], from ip: 10.0.0.1, more info at https://…`.
    private func expectWeComsText(_ answer: Answer, _ text: String) throws {
        let errcode = try #require(answer.errcode)
        let parts = try #require(answer.errmsg).split(separator: ", ").map(String.init)
        try #require(parts.count == 4, "\(answer.body)")
        #expect(parts[0] == text)
        #expect(parts[1].wholeMatch(of: /hint: \[16914\d{20}\]/) != nil, "\(parts[1])")
        #expect(parts[2] == "from ip: 10.0.0.1")
        #expect(parts[3] == "more info at https://open.work.weixin.qq.com/devtool/query?e=\(errcode)")
    }
}

@Suite struct WeComTicketTests {
    @Test func tickets_AreGiven_InTheFormOfAllTickets() throws {
        var world = try World.withCorporation(lifetime: .seconds(120))
        let token = world.weCom("desk", at: 0).token
        for answer in [world.corporationTicket(with: token, at: 30), world.agentTicket(with: token, at: 30)] {
            let ticket = try #require(answer.ticket)
            #expect(answer.body == #"{"errcode":0,"errmsg":"ok","ticket":"\#(ticket)","expires_in":120}"#)
        }
        let records = world.machine.calls(after: 1)
        #expect(records.map(\.endpoint) == [.corporationTicket, .agentTicket])
        #expect(records.map(\.ticket) == [.jsapi, .agentConfig])
        #expect(records.allSatisfy { $0.outcome == .ticketIssued && $0.appID == "desk" })
    }

    @Test func corporationsTicket_IsOneForAllItsApps_AndAgentTicketsAreNot() throws {
        var world = try World.withCorporation()
        let (desk, door) = (world.weCom("desk", at: 0).token, world.weCom("door", at: 0).token)
        let shared = world.corporationTicket(with: desk, at: 1).ticket
        #expect(world.corporationTicket(with: door, at: 2).ticket == shared)
        #expect(world.standing(ofTicket: shared, at: 2)?.holder == .corporation(World.corporation))
        let own = world.agentTicket(with: desk, at: 3).ticket
        #expect(own != shared)
        #expect(world.agentTicket(with: door, at: 3).ticket != own)
        #expect(world.standing(ofTicket: own, at: 3)?.holder == .app("desk"))
        _ = try world.machine.replaceTicket(.jsapi, of: "door", at: .seconds(4))
        #expect(world.corporationTicket(with: desk, at: 5).ticket != shared)
        #expect(world.agentTicket(with: desk, at: 5).ticket == own)
    }

    @Test func sameTicket_ComesBack_ThoughTheTokenIsNew() throws {
        var world = try World.withCorporation()
        let first = world.agentTicket(with: world.weCom("desk", at: 0).token, at: 7000)
        _ = try world.machine.revoke("desk")
        let again = world.agentTicket(with: world.weCom("desk", at: 7300).token, at: 14_199)
        #expect(again == first)
        #expect(again.expiresIn == 7200)
        #expect(world.agentTicket(with: world.weCom("desk", at: 14_200).token, at: 14_200).ticket != first.ticket)
    }

    @Test(arguments: [nil, "jsapi"])
    func unknownType_IsRefused(type: String?) throws {
        var world = try World.withCorporation()
        let answer = world.agentTicket(with: world.weCom("desk", at: 0).token, type: type, at: 1)
        #expect(answer.errcode == 40058)
        #expect(answer.errmsg?.hasPrefix("invalid Request Parameter, hint: [") == true)
    }

    @Test func livingToken_IsToldTheAddresses() throws {
        var world = try World.withCorporation()
        let answer = world.ask(.domainIP(accessToken: world.weCom("desk", at: 0).token), at: 1)
        #expect((answer.object["ip_list"] as? [String])?.isEmpty == false)
        #expect(answer.errcode == 0)
        #expect(world.machine.calls().last?.outcome == .accepted)
    }
}
