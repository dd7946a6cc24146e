import Testing

@testable import WeChatSimulator

@Suite struct TicketTests {
    @Test(arguments: ["jsapi", "wx_card"])
    func ticket_IsGiven_InWeChatsForm(type: String) throws {
        var world = try World()
        let token = world.classic(at: 0).token
        let answer = world.ticket(type, with: token, at: 1)
        let ticket = try #require(answer.ticket)
        #expect(answer.body == #"{"errcode":0,"errmsg":"ok","ticket":"\#(ticket)","expires_in":7200}"#)
        #expect(ticket.count == 86)
    }

    @Test(arguments: [120, 7200])
    func sameTicket_ComesBackInItsPeriod_WithTheWholeLifeEveryTime(life: Int) throws {
        var world = try World(lifetime: .seconds(life))
        let first = world.ticket("jsapi", with: world.stable(at: 0).token, at: 0)
        #expect(first.expiresIn == life)
        let late = Double(life) - 0.25
        let again = world.ticket("jsapi", with: world.stable(at: late).token, at: late)
        #expect(again == first)
        #expect(world.standing(ofTicket: first.ticket, at: late)?.life == .milliseconds(250))
        let next = world.ticket("jsapi", with: world.stable(at: Double(life)).token, at: Double(life))
        #expect(next.ticket != first.ticket)
        #expect(next.expiresIn == life)
    }

    @Test func newToken_DoesNotChangeTheTicket() throws {
        var world = try World()
        let first = world.ticket("jsapi", with: world.classic(at: 0).token, at: 0).ticket
        #expect(world.ticket("jsapi", with: world.classic(at: 10).token, at: 10).ticket == first)
        #expect(world.ticket("jsapi", with: world.stable(at: 20).token, at: 20).ticket == first)
    }

    @Test func tickets_AreSeparate_ByKindAndApp() throws {
        var world = try World()
        try world.machine.add(SimulatedApp(appID: "wx2", secret: "two"))
        let other = world.ask(.token(.init(appID: "wx2", secret: "two")), at: 0).token
        let token = world.classic(at: 0).token
        let tickets = [
            world.ticket("jsapi", with: token, at: 1), world.ticket("wx_card", with: token, at: 1),
            world.ticket("jsapi", with: other, at: 1), world.ticket("wx_card", with: other, at: 1),
        ]
        #expect(Set(tickets.map(\.ticket)).count == 4)
    }

    @Test func ticket_StaysUsable_ForTheOverlapAfterItsPeriod() throws {
        var world = try World(lifetime: .seconds(100), overlap: .seconds(20))
        let old = world.ticket("jsapi", with: world.classic(at: 0).token, at: 0).ticket
        let last = try #require(world.standing(ofTicket: old, at: 99))
        #expect(last.isCurrent)
        #expect(last.usable == .seconds(21))
        let unasked = try #require(world.standing(ofTicket: old, at: 110))
        let new = world.ticket("jsapi", with: world.classic(at: 110).token, at: 110).ticket
        let replaced = try #require(world.standing(ofTicket: old, at: 110))
        for standing in [unasked, replaced] {
            #expect(!standing.isCurrent)
            #expect(standing.usable == .seconds(10), "who asks when changes nothing")
        }
        #expect(world.standing(ofTicket: old, at: 120)?.usable == .zero)
        #expect(world.standing(ofTicket: new, at: 110)?.isCurrent == true)
        #expect(replaced.newer == 1)
    }

    @Test(arguments: [nil, "", "2", "agent_config", "JSAPI"])
    func unknownType_IsRefused(type: String?) throws {
        var world = try World()
        let answer = world.ticket(type, with: world.classic(at: 0).token, at: 1)
        #expect(answer.errcode == 40097)
        #expect(answer.errmsg?.hasPrefix("invalid args rid: ") == true)
        #expect(world.ticket(type, with: "made up", at: 2).errcode == 40001, "the token is looked at first")
    }

    @Test func deadToken_IsRefused_WithTheRepliesOfEveryCall() throws {
        var world = try World(lifetime: .seconds(20), overlap: .seconds(5))
        let old = world.classic(at: 0).token
        #expect(world.ticket("jsapi", with: nil, at: 0).errmsg?.hasPrefix("access_token missing rid: ") == true)
        #expect(world.ticket("jsapi", with: "", at: 0).errcode == 41001)
        #expect(world.ticket("jsapi", with: old, at: 20).errmsg?.hasPrefix("access_token expired rid: ") == true)
        #expect(world.machine.calls().last?.outcome == .refused(42001))
        _ = world.classic(at: 21)
        let text = "invalid credential, access_token is invalid or not latest, could get access_token by "
        #expect(world.ticket("jsapi", with: old, at: 21).errmsg?.hasPrefix(text) == true)
        #expect(world.machine.calls().last?.outcome == .refused(40001))
    }

    @Test func tokenAliveInGrace_IsRefused_AndMarked() throws {
        var world = try World()
        let oldest = try #require(world.classic(at: 0).token)
        for second in 1...2 { _ = world.classic(at: Double(second)) }
        #expect(world.ticket("jsapi", with: oldest, at: 3).errcode == 40001)
        let record = try #require(world.machine.calls().last)
        #expect(record.isInGrace)
        #expect(record.fingerprint == Fingerprint.of(oldest))
    }
}

@Suite struct TicketControlTests {
    @Test func ticketReplacedBeforeItsTime_StaysUsableForTheOverlap() throws {
        var world = try World()
        let old = world.ticket("jsapi", with: world.classic(at: 0).token, at: 0).ticket
        let fingerprint = try world.machine.replaceTicket(.jsapi, of: World.appID, at: .seconds(1000))
        let new = try #require(world.ticket("jsapi", with: world.classic(at: 1500).token, at: 1500).ticket)
        #expect(Fingerprint.of(new) == fingerprint)
        #expect(world.standing(ofTicket: new, at: 1500)?.life == .seconds(6700), "it was first asked for late")
        #expect(world.standing(ofTicket: old, at: 1299)?.usable == .seconds(1))
        #expect(world.standing(ofTicket: old, at: 1300)?.usable == .zero)
        #expect(world.standing(ofTicket: old, at: 1300)?.isCurrent == false)
    }

    @Test func ticketDeadAtItsReplacement_StaysDead() throws {
        var world = try World(lifetime: .seconds(100), overlap: .seconds(20))
        let old = world.ticket("jsapi", with: world.classic(at: 0).token, at: 0).ticket
        _ = try world.machine.replaceTicket(.jsapi, of: World.appID, at: .seconds(500))
        #expect(world.standing(ofTicket: old, at: 501)?.usable == .zero)
    }

    @Test func standing_CanBeAskedOfAnyMoment() throws {
        var world = try World()
        let old = world.ticket("jsapi", with: world.classic(at: 100).token, at: 100).ticket
        _ = try world.machine.replaceTicket(.jsapi, of: World.appID, at: .seconds(200))
        let before = try #require(world.standing(ofTicket: old, at: 99))
        #expect(!before.isCurrent)
        #expect(before.usable == .zero)
        #expect(world.standing(ofTicket: old, at: 199)?.isCurrent == true)
        #expect(world.standing(ofTicket: old, at: 200)?.isCurrent == false)
        #expect(world.standing(ofTicket: "made up", at: 0) == nil)
    }

    @Test func replacement_MakesTheFirst_AndRefusesWhatCannotBe() throws {
        var world = try World.withCorporation()
        let fingerprint = try world.machine.replaceTicket(.wxCard, of: World.appID, at: .start)
        let given = try #require(world.ticket("wx_card", with: world.classic(at: 1).token, at: 1).ticket)
        #expect(Fingerprint.of(given) == fingerprint)
        #expect(throws: SimulatorError.unknownApp("nobody")) {
            try world.machine.replaceTicket(.jsapi, of: "nobody", at: .start)
        }
        let wrong = SimulatorError.invalid("desk has no ticket wx_card; allowed are jsapi and agent_config")
        #expect(throws: wrong) { try world.machine.replaceTicket(.wxCard, of: "desk", at: .start) }
    }

    @Test func oldTickets_AreForgotten() throws {
        var world = try World()
        let first = world.ticket("jsapi", with: world.classic(at: 0).token, at: 0).ticket
        for second in 1...31 {
            _ = try world.machine.replaceTicket(.jsapi, of: World.appID, at: .seconds(Double(second)))
        }
        #expect(world.standing(ofTicket: first, at: 31)?.newer == 31)
        _ = try world.machine.replaceTicket(.jsapi, of: World.appID, at: .seconds(32))
        #expect(world.standing(ofTicket: first, at: 32) == nil)
        #expect(world.machine.ticketOwners.count == 32)
    }
}

@Suite struct TicketLogTests {
    @Test func record_TellsTheKindAndTheTicket() throws {
        var world = try World()
        let token = world.classic(at: 0).token
        let ticket = try #require(world.ticket("jsapi", with: token, at: 1).ticket)
        _ = world.ticket("jsapi", with: token, at: 2)
        let records = world.machine.calls(after: 1)
        #expect(records.map(\.outcome) == [.ticketIssued, .ticketRepeated])
        for record in records {
            #expect(record.endpoint == .ticket)
            #expect(record.ticket == .jsapi)
            #expect(record.appID == World.appID)
            #expect(record.fingerprint == Fingerprint.of(ticket))
        }
        _ = world.ticket("2", with: token, at: 3)
        let refused = try #require(world.machine.calls().last)
        #expect(refused.ticket == nil)
        #expect(!refused.isInGrace, "its token is alive")
        #expect(refused.fingerprint == token.map(Fingerprint.of))
    }

    @Test(arguments: [SimulatedWeChat.OverlapScope.issued, .rotating])
    func questionsForTickets_AreNoFetchesOfTokens(scope: SimulatedWeChat.OverlapScope) throws {
        var world = try World()
        let token = world.classic(at: 0).token
        let first = world.machine.calls().last?.sequence ?? 0
        for _ in 0..<2 {
            let request = SimulatedWeChat.Request.ticket(accessToken: token, type: "jsapi")
            let call = world.machine.arrive(request, from: .init(address: "a"), at: .seconds(1))
            _ = world.machine.process(call, at: .seconds(1))
        }
        #expect(world.machine.calls(after: first).count == 2)
        #expect(SimulatedWeChat.overlaps(in: world.machine.calls(after: first), scope: scope).isEmpty)
    }

    @Test func faults_StrikeTickets() throws {
        var world = try World()
        let token = world.classic(at: 0).token
        let busy = WeChatError(code: -1, text: "system error")
        for kind in [SimulatedWeChat.Fault.Kind.error(busy), .emptyToken, .expiresIn("\"7200\"")] {
            _ = try world.machine.arm(.init(kind), appID: World.appID, endpoint: .ticket, times: 1)
        }
        #expect(world.classic(at: 1).errcode == nil, "another endpoint")
        #expect(world.ticket("jsapi", with: token, at: 2).errmsg?.hasPrefix("system error rid: ") == true)
        #expect(world.ticket("jsapi", with: token, at: 3).ticket?.isEmpty == true)
        #expect(world.machine.calls().last?.outcome == .ticketIssued)
        let odd = world.ticket("jsapi", with: token, at: 4)
        #expect(odd.body.hasSuffix(#","expires_in":"7200"}"#))
        #expect(world.machine.calls().last?.fingerprint == odd.ticket.map(Fingerprint.of))
    }
}
