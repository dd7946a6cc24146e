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

    @Test func whatMayPass_IsToldAfterAMinute() {
        var book = AlarmBook()
        #expect(tell(&book, leader(failing, storeAway), for: 300).map(\.at) == [60])
    }

    @Test func whatPassesWithinAMinute_IsNotTold_HoweverOftenItComes() {
        var book = AlarmBook()
        for start in stride(from: 0.0, to: 600, by: 60) {
            #expect(tell(&book, leader(failing), from: start, for: 55).isEmpty)
            #expect(book.report(on: leader(), at: .seconds(start + 55)) == nil)
        }
    }

    @Test func whatLasts_IsToldAgainEveryHour() {
        var book = AlarmBook()
        let told = tell(&book, leader(stopped), for: 7300)
        #expect(told.map(\.at) == [0, 3600, 7200])
        #expect(told.last?.1 == AlarmReport(lasting: [stopped]))
    }

    @Test func whatIsOver_IsToldOnce() {
        var book = AlarmBook()
        _ = tell(&book, leader(stopped), for: 60)
        let told = tell(&book, leader(), from: 60, for: 600)
        #expect(told.map(\.at) == [60])
        #expect(told.first?.1 == AlarmReport(cleared: [stopped]))
    }

    @Test func whatWasNotTold_IsToldLater() {
        var book = AlarmBook()
        #expect(book.report(on: leader(stopped), at: .seconds(0)) == AlarmReport(raised: [stopped]))
        book.failed(at: .seconds(0))
        #expect(book.report(on: leader(stopped), at: .seconds(5)) == nil, "not at once")
        #expect(book.report(on: leader(stopped), at: .seconds(10)) == AlarmReport(raised: [stopped]))
        book.told(AlarmReport(raised: [stopped]), at: .seconds(10))
        // The end too, though it goes on and ends again meanwhile.
        #expect(book.report(on: leader(), at: .seconds(60)) == AlarmReport(cleared: [stopped]))
        book.failed(at: .seconds(60))
        #expect(book.report(on: leader(stopped), at: .seconds(65)) == nil)
        #expect(book.report(on: leader(), at: .seconds(200)) == AlarmReport(cleared: [stopped]))
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
    @Test func messagesThatFollowOneAnother_ComeEverMoreSlowly() {
        var book = AlarmBook()
        var (alarms, told): ([Alarm], [(at: Double, count: Int)]) = ([], [])
        for second in stride(from: 0.0, to: 7200, by: 5) {
            alarms.append(Alarm(AppID("wx\(alarms.count)"), .failing(Trouble(summary: "timed out"))))
            guard let report = book.report(on: NodeAlarms(term: Epoch(3), alarms: alarms), at: .seconds(second))
            else { continue }
            book.told(report, at: .seconds(second))
            told.append((second, report.raised.count))
        }
        #expect(told.map(\.at).prefix(5) == [60, 70, 90, 130, 210])
        #expect(told.count < 20)
        #expect(told.reduce(0) { $0 + $1.count } > 1200, "nothing is left out")
        // After a quiet while the next is told as fast as the first.
        var later = alarms
        for name in ["a", "b"] {
            let now = Instant.seconds(name == "a" ? 9000 : 9010)
            later.append(Alarm(AppID(name), stopped.reason))
            let report = book.report(on: NodeAlarms(term: Epoch(3), alarms: later), at: now)
            #expect(report?.raised.contains { $0.app == AppID(name) } == true)
            if let report { book.told(report, at: now) }
        }
    }
}
