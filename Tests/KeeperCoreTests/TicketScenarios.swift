import Testing

@testable import KeeperCore

/// Tickets: WeChat answers with the same one until it replaces it, and says 7200 s as late as a minute before.
@Suite struct TicketScenarios {
    private let ticket = AppID.wx1.ticket(.jsapi)

    /// A leader that has its app's token and asks for the ticket.
    private func asking() -> Harness {
        var harness = Harness(apps: [AppSettings(id: .wx1, line: .stable), AppSettings(ticket: .jsapi, of: .wx1)])
        harness.store.keep(.sample(age: .seconds(10)), at: harness.now)
        harness.store.lease = LeaseRecord(
            epoch: Epoch(4), holder: .n2, sequence: 9, isActive: true, release: .handedOver(Handover(left: .zero)))
        harness.play(.started)
        harness.passUntil { !$0.calls.isEmpty }
        return harness
    }

    private func left(_ harness: Harness) -> Int64? { harness.served(ticket)?.expiresIn(at: harness.now) }

    @Test func ticket_IsAskedForWithTheTokenOfItsApp_AndPutWithoutAnIntent() throws {
        var harness = asking()
        #expect(harness.calls.map(\.kind) == [.ticket(.jsapi)])
        #expect(harness.ticketTokens == [Token("t1")])
        try harness.wechat(issues: "k1")
        #expect(harness.served(ticket)?.credential.token == Token("k1"))
        #expect(harness.story.suffix(2) == ["call for a ticket", "put"])
        #expect(harness.core.health(at: harness.now).appCount == 1, "a ticket is no app")
    }

    @Test func withoutAToken_NoTicketIsAskedFor() {
        var harness = Harness(apps: [AppSettings(id: .wx1, line: .stable), AppSettings(ticket: .jsapi, of: .wx1)])
        harness.play(.started)
        harness.pass(.seconds(60))
        #expect(harness.calls.map(\.kind) == [.stable], "it hangs, so there is no token")
    }

    /// The trap: fetched late in its life and believed for 7200 s it would be dead for nearly two hours.
    @Test func ticketOfUnknownAge_IsPromisedForTenMinutes_AndAskedForEveryFive() throws {
        var harness = asking()
        try harness.wechat(issues: "k1")
        #expect([599, 600].contains(left(harness)))
        for _ in 0..<5 {
            harness.pass(.seconds(299))
            #expect(harness.calls.isEmpty)
            harness.pass(.seconds(2))
            try harness.wechat(issues: "k1")
            #expect(try #require(left(harness)) >= 599)
        }
        #expect(try #require(harness.store.record(ticket, at: harness.now)).version == 1)
    }

    /// Whoever need not ask WeChat for five minutes need not leave the store without a record for so long.
    @Test func lostRecordOfATicket_IsWrittenBackWithinATick() throws {
        var harness = asking()
        try harness.wechat(issues: "k1")
        harness.pass(.seconds(5))
        harness.forget()
        harness.store.forget(ticket)
        harness.pass(.milliseconds(420))
        #expect(harness.story.contains("restore"))
        #expect(try #require(harness.store.record(ticket, at: harness.now)).issue?.token == Token("k1"))
    }

    @Test func ticketThatTookAnothersPlace_LivesTwoHoursFromWhenThatWasLastSeen() throws {
        var harness = asking()
        try harness.wechat(issues: "k1")
        harness.pass(.seconds(301))
        try harness.wechat(issues: "k2")
        // It may have come right after the first was named.
        #expect(try #require(left(harness)) <= 7200 - 300)
        #expect(try #require(left(harness)) >= 7200 - 303)
        // Nothing is asked until its end is near, then every five minutes again.
        for _ in 0..<4 { harness.pass(.seconds((7200 - 303 - 600 - 5) / 4)) }
        #expect(harness.calls.isEmpty)
        harness.pass(.seconds(10))
        try harness.wechat(issues: "k2")
        harness.pass(.seconds(290))
        #expect(harness.calls.isEmpty)
        harness.pass(.seconds(20))
        #expect(harness.calls.count { $0.kind == .ticket(.jsapi) } == 1)
    }

    /// However long it lives: WeChat says the same whenever it is asked, and takes another at the end.
    @Test(arguments: [60.0, 20, 600, 7200]) func ticketOfAnyLife_IsNeverServedPastItsEnd(life: Double) throws {
        var harness = asking()
        let first = harness.now
        func ticket(at moment: Instant) -> String { "k\(Int((moment - first).inSeconds / life))" }
        var (unserved, calls) = (0, 0)
        for _ in 0..<400 {
            while let call = harness.calls.first {
                let isTicket = call.kind != .stable
                calls += isTicket ? 1 : 0
                try harness.wechat(
                    issues: isTicket ? ticket(at: harness.now) : "t1", life: .seconds(isTicket ? life : 7200))
            }
            if let served = harness.served(self.ticket), served.expiresIn(at: harness.now) != nil {
                // One that has just been replaced may be served until the next question.
                let late = harness.now - RefreshPolicy.ticketPause(life: .seconds(life)) - Duration.seconds(life / 100)
                let possible = [ticket(at: harness.now), ticket(at: max(first, late))]
                #expect(possible.contains(served.credential.token.secret))
            } else {
                unserved += 1
            }
            harness.pass(.seconds(life / 100))
        }
        #expect(unserved == 0)
        #expect(calls <= 4 * 24 + 8, "it is asked for 24 times in a life at most: \(calls)")
    }

    @Test func oldTicket_IsServedWhileWeChatDoesNotAnswer() throws {
        var harness = asking()
        try harness.wechat(issues: "k1")
        harness.pass(.seconds(301))
        try harness.wechat(.unknown(.noAnswer))
        #expect(harness.served(ticket)?.credential.token == Token("k1"))
        harness.pass(.seconds(31))
        #expect(harness.calls.count == 1, "and it is asked again soon")
        #expect(try #require(left(harness)) > 250)
    }

    @Test func follower_ServesWhatTheLeaderKeepsAlive() throws {
        var harness = Harness(apps: [AppSettings(id: .wx1, line: .stable), AppSettings(ticket: .jsapi, of: .wx1)])
        harness.store.keep(.sample(age: .seconds(10)), at: harness.now)
        harness.store.lease = LeaseRecord(epoch: Epoch(4), holder: .n2, sequence: 9, isActive: true)
        harness.store.lock = (LeaseHolder.n2.incarnation, harness.now + .seconds(3600))
        var record = CredentialRecord.sample(event: 2, token: "k1", left: .seconds(600), age: .seconds(1))
        record.app = ticket
        harness.store.keep(record, at: harness.now)
        harness.play(.started)
        #expect(left(harness) == 600)
        harness.pass(.seconds(300))
        // Named again; and a clock of the store that was set back must not promise more than one naming is worth.
        record.event = 3
        record.issue?.left = .seconds(7000)
        harness.store.keep(record, at: harness.now)
        harness.pass(.seconds(1))
        #expect(try #require(left(harness)) >= 598)
        #expect(try #require(left(harness)) <= 600)
    }
}
