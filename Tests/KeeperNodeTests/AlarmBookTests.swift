import KeeperCore
import KeeperPorts
import Testing

@testable import KeeperNode

@Suite struct AlarmBookTests {
    private let stopped = Alarm(.wx1, .stopped(Trouble(errcode: 40125, summary: "invalid appsecret")))
    private let failing = Alarm(.wx1, .failing(Trouble(summary: "connection refused")))
    private let storeAway = Alarm(nil, .storeUnreachable)

    private func leader(_ alarms: Alarm..., term: Epoch = Epoch(3)) -> NodeAlarms {
        NodeAlarms(term: term, alarms: alarms)
    }

    /// Looks every five seconds for `duration`, and tells at once.
    /// - Returns: when what was told, in seconds.
    private func tell(
        _ book: inout AlarmBook, _ current: NodeAlarms, from start: Double = 0, for duration: Double
    ) -> [(at: Double, AlarmReport)] {
        stride(from: start, to: start + duration, by: 5).compactMap { moment in
            guard let report = book.report(on: current, at: .seconds(moment)) else { return nil }
            book.told(report, at: .seconds(moment))
            return (moment, report)
        }
    }

    @Test func wrongConfiguration_IsToldAtOnce_AndOnce() {
        var book = AlarmBook()
        let told = tell(&book, leader(stopped), for: 3500)
        #expect(told.map(\.at) == [0])
        #expect(told.first?.1 == AlarmReport(raised: [stopped]))
    }

    @Test func whatMayPass_IsToldAfterAMinute_TheGravestFirst() {
        var book = AlarmBook()
        let told = tell(&book, leader(failing, storeAway), for: 300)
        #expect(told.map(\.at) == [60] && told.first?.1 == AlarmReport(raised: [storeAway, failing]))
    }

    @Test func whatPassesWithinAMinute_IsNotTold_HoweverOftenItComes() {
        var book = AlarmBook()
        for start in stride(from: 0.0, to: 600, by: 80) {
            #expect(tell(&book, leader(failing), from: start, for: 55).isEmpty)
            #expect(tell(&book, leader(), from: start + 55, for: 25).isEmpty)
        }
    }

    /// A Redis that answers every other command is seen to answer at some of the looks.
    @Test func whatIsGoneForAMoment_WasThereAllTheTime() {
        var book = AlarmBook()
        var told: [Double] = []
        for start in stride(from: 0.0, to: 300, by: 15) {
            told += tell(&book, leader(storeAway), from: start, for: 5).map(\.at)
            told += tell(&book, leader(), from: start + 5, for: 10).map(\.at)
        }
        #expect(told == [60])
    }

    @Test func whatLasts_IsToldAgainEveryHour() {
        var book = AlarmBook()
        let told = tell(&book, leader(stopped), for: 7300)
        #expect(told.map(\.at) == [0, 3600, 7200])
        #expect(told.last?.1 == AlarmReport(lasting: [stopped]))
    }

    @Test func whatIsOver_IsToldOnce_AfterAMinute() {
        var book = AlarmBook()
        _ = tell(&book, leader(stopped), for: 60)
        let told = tell(&book, leader(), from: 60, for: 600)
        #expect(told.map(\.at) == [115])
        #expect(told.first?.1 == AlarmReport(cleared: [stopped]))
    }

    @Test func failureThatTurnsIntoAnother_IsNotSaidToBeOver() {
        var book = AlarmBook()
        #expect(tell(&book, leader(failing), for: 100).count == 1)
        let told = tell(&book, leader(stopped), from: 100, for: 1000)
        #expect(told.map(\.1) == [AlarmReport(raised: [stopped])])
        // Its end is told, though for a moment it went on under the other name.
        #expect(tell(&book, leader(failing), from: 1100, for: 5).isEmpty)
        let end = tell(&book, leader(), from: 1105, for: 600)
        #expect(end.map(\.1.cleared) == [[failing]])
    }

    @Test func whatAGraverOneCovers_IsNotSaidToBeOver() {
        var book = AlarmBook()
        let ticket = AppID("wx1").ticket(.jsapi)
        let late = Alarm(ticket, .failing(Trouble(summary: "connection refused")))
        let leaderless = Alarm(nil, .noLeader)
        #expect(tell(&book, leader(late, failing), for: 100).count == 1)
        let covered = NodeAlarms(term: Epoch(3), alarms: [failing], covered: [ticket])
        #expect(tell(&book, covered, from: 100, for: 1000).isEmpty)
        #expect(tell(&book, leader(failing), from: 1100, for: 200).map(\.1) == [AlarmReport(cleared: [late])])

        #expect(tell(&book, leader(failing, leaderless), from: 1300, for: 100).count == 1)
        let blind = tell(&book, leader(failing, storeAway), from: 1400, for: 1000)
        #expect(blind.map(\.1) == [AlarmReport(raised: [storeAway])])
    }

    @Test func endThatMayHaveBeenHeard_IsFollowedByARaiseIfItComesBack() {
        var book = AlarmBook()
        #expect(tell(&book, leader(storeAway), for: 65).count == 1)
        let end = AlarmReport(cleared: [storeAway])
        #expect(book.report(on: leader(), at: .seconds(130)) == end)
        book.failed(end, at: .seconds(130))
        #expect(tell(&book, leader(storeAway), from: 150, for: 100).map(\.1) == [AlarmReport(raised: [storeAway])])
    }

    @Test func ends_GoBeforeReminders() {
        var book = AlarmBook()
        let many = (0..<50).map { Alarm(AppID("app-\($0)"), .failing(Trouble(summary: "timed out"))) }
        _ = tell(&book, NodeAlarms(term: Epoch(3), alarms: many), for: 3600)
        let rest = NodeAlarms(term: Epoch(3), alarms: Array(many.dropFirst(3)))
        let told = tell(&book, rest, from: 3605, for: 1500)
        #expect(told.first { !$0.1.cleared.isEmpty }?.1.cleared.count == 3)
        #expect(told.flatMap(\.1.lasting).count > 10)
    }

    @Test func anotherCode_IsToldAsNew() {
        var book = AlarmBook()
        let unlisted = Alarm(.wx1, .failing(Trouble(errcode: 40164, summary: "not in the whitelist")))
        #expect(tell(&book, leader(failing), for: 100).map(\.at) == [60])
        #expect(tell(&book, leader(unlisted), from: 100, for: 1000).map(\.at) == [100])
        // A failure without a code, or with that of a busy WeChat, between two of them is none.
        let busy = Alarm(.wx1, .failing(Trouble(errcode: -1, summary: "busy")))
        for (start, alarm) in [(1100.0, busy), (1200, failing), (1300, unlisted)] {
            #expect(tell(&book, leader(alarm), from: start, for: 100).isEmpty)
        }
    }

    @Test func whatWasNotTold_IsToldLater_AndSoIsItsEnd() {
        var book = AlarmBook()
        let raised = AlarmReport(raised: [stopped])
        #expect(book.report(on: leader(stopped), at: .seconds(0)) == raised)
        book.failed(raised, at: .seconds(0))
        #expect(book.report(on: leader(stopped), at: .seconds(25)) == nil, "not at once")
        #expect(book.report(on: leader(stopped), at: .seconds(30)) == raised)
        book.failed(raised, at: .seconds(30))
        // It may have arrived, so its end is told.
        let told = tell(&book, leader(), from: 35, for: 600)
        #expect(told.map(\.1) == [AlarmReport(cleared: [stopped])])
    }

    @Test func anotherTerm_TellsOfTheAppsAnew_AndOfTheNodeNot() {
        var book = AlarmBook()
        let away = NodeAlarms(term: nil, alarms: [storeAway])
        #expect(tell(&book, away, for: 100).map(\.1.raised) == [[storeAway]])
        let led = tell(&book, leader(storeAway, stopped), from: 100, for: 100)
        #expect(led.map(\.1) == [AlarmReport(raised: [stopped])])
        #expect(tell(&book, away, from: 200, for: 100).isEmpty, "a follower does not know that it is over")
        #expect(tell(&book, leader(storeAway, stopped), from: 300, for: 100).isEmpty, "the lease had only lapsed")
        #expect(tell(&book, away, from: 400, for: 100).isEmpty)
        let again = tell(&book, leader(storeAway, stopped, term: Epoch(9)), from: 500, for: 100)
        #expect(again.map(\.1) == [AlarmReport(raised: [stopped])])
    }

    /// An outage of WeChat reaches ten thousand apps one after the other, as each one's token becomes due.
    @Test func messagesOfOneKind_ComeEverMoreSlowly_AndHoldUpNoOther() {
        var book = AlarmBook()
        var (alarms, told): ([Alarm], [(at: Double, AlarmReport)]) = ([], [])
        for second in stride(from: 0.0, to: 7200, by: 5) {
            alarms.append(Alarm(AppID("app-\(alarms.count)"), .failing(Trouble(summary: "timed out"))))
            if second == 5000 { alarms.append(stopped) }
            guard let report = book.report(on: NodeAlarms(term: Epoch(3), alarms: alarms), at: .seconds(second))
            else { continue }
            book.told(report, at: .seconds(second))
            told.append((second, report))
        }
        #expect(told.map(\.at).prefix(5) == [60, 70, 90, 130, 210])
        #expect(told.count < 35)
        #expect(told.contains { $0.at == 5000 && $0.1.raised == [stopped] })
        for (_, report) in told {
            #expect(report.raised.count + report.lasting.count <= AlarmBook.mostAtOnce)
        }
        // Each is named once or counted.
        let names = told.flatMap { $0.1.raised.compactMap(\.app) }
        #expect(Set(names).count == names.count)
        #expect(told.last.map { $0.1.more > 1000 } == true)
    }

    @Test func quiet_MakesItFastAgain() {
        var book = AlarmBook()
        let others = (0..<3).map { Alarm(AppID("wx-\($0)"), stopped.reason) }
        #expect(tell(&book, leader(others[0]), for: 5).map(\.at) == [0])
        #expect(tell(&book, leader(others[0], others[1]), from: 5, for: 50).map(\.at) == [10])
        #expect(tell(&book, leader(others[0], others[1], others[2]), from: 500, for: 50).map(\.at) == [500])
    }
}
