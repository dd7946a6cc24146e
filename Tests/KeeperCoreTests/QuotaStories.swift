import Foundation
import Testing

@testable import KeeperCore

/// A program outside the cluster ends the token again and again: every caller has a dead one until it is replaced, and
/// each replacement costs one of the day's rotations.
@Suite struct QuotaStories {
    private let mature = CredentialRecord.sample(age: .seconds(1000))

    /// WeChat, one who ends our tokens, and callers who report what they have once a second if it is dead, or always.
    private struct Duel {
        var stage: Stage
        var reportsAlways = false
        /// Since when the current token is dead.
        var deadSince: Instant?
        /// How long each was dead.
        var dead: [Duration] = []
        var rotations = 0

        init(_ record: CredentialRecord) { stage = Stage.leading(record) }

        mutating func endToken() { if deadSince == nil { deadSince = stage.now } }

        mutating func pass(_ seconds: Int) throws {
            for _ in 0..<seconds {
                if reportsAlways || deadSince != nil, let current = stage.served {
                    for _ in 0..<(reportsAlways ? 40 : 1) { stage.ask(refused: current.credential.token.secret) }
                }
                while !stage.probes.isEmpty {
                    try stage.wechat(says: deadSince == nil ? .alive : .dead(errcode: 40001))
                }
                if !stage.calls.isEmpty {
                    rotations += 1
                    if let since = deadSince { dead.append(stage.now - since) }
                    deadSince = nil
                    try stage.wechat(issues: "r\(rotations)")
                    stage.forgetAllButServed()
                }
                stage.pass(.seconds(1))
            }
        }
    }

    /// However many report all the time, whether it lives or not.
    @Test(arguments: [false, true]) func tokenEndedEveryElevenSeconds_IsReplacedEachTime(reportsAlways: Bool) throws {
        var duel = Duel(mature)
        duel.reportsAlways = reportsAlways
        for _ in 1...20 {
            duel.endToken()
            try duel.pass(11)
        }
        try duel.pass(5)
        #expect(duel.dead.count == 20)
        #expect(try #require(duel.dead.max()) <= .seconds(15), "\(duel.dead)")
        #expect(try #require(duel.stage.record().overwrites).count == 20)
    }

    /// Two hours of it, or a day where there is time: at once while the hundred last, within a minute ever after, and
    /// when it is over what is due is fetched as ever.
    @Test func endlessDuel_WaitsAMinuteAtMost_AndLeavesWhatIsDue() throws {
        let hours = ProcessInfo.processInfo.environment["WXKEEPER_LONG"] == nil ? 2 : 24
        var duel = Duel(mature)
        for _ in 0..<(hours * 3600 / 11) {
            duel.endToken()
            try duel.pass(11)
        }
        #expect(try #require(duel.dead.prefix(100).max()) <= .seconds(2))
        #expect(try #require(duel.dead.max()) <= .seconds(60))
        let allowed = 100 + hours * 3600 / 58
        #expect((allowed - 5...allowed + 1).contains(duel.rotations), "\(duel.rotations) of \(allowed)")
        try duel.pass(60)
        for _ in 0..<400 where duel.stage.calls.isEmpty { duel.stage.pass(.seconds(10)) }
        try duel.pass(1)
        #expect(duel.deadSince == nil)
        #expect(try duel.stage.record().rotationsToday == duel.rotations)
        #expect(duel.rotations <= NodeSettings.classicDailyBudget, "the one that was due and all: \(duel.rotations)")
        #expect(duel.stage.calls.isEmpty && (allowed - 4...allowed + 3).contains(duel.rotations))
    }

    /// Of any day, in figures: whoever takes all he may leaves room for those that are due.
    @Test func noDayOfRepairs_UsesUpTheBudget() {
        let policy = RefreshPolicy(
            NodeSettings(timing: .standard, apps: [], overlap: .seconds(300), watchPeriod: .zero))
        let rate = policy.repairs(life: .seconds(7200))
        var allowance = Allowance()
        var taken: [Int] = []
        for second in 0..<(3 * 86_400) where allowance.takeIfAllowed(rate, at: .seconds(Double(second))) {
            taken.append(second)
        }
        let most = taken.indices.map { first in
            taken[first...].prefix { $0 < taken[first] + 86_400 }.count
        }.max()
        let due = 2 * 86_400 / 7200
        #expect(most.map { $0 + due <= NodeSettings.classicDailyBudget } == true, "\(most ?? 0)")
    }

    @Test func successor_TakesTodaysRotationsForRepairs() throws {
        var record = mature
        record.rotationsToday = 60
        var duel = Duel(record)
        for _ in 1...60 {
            duel.endToken()
            try duel.pass(11)
        }
        #expect(try #require(duel.dead.prefix(45).max()) <= .seconds(2))
        #expect(try #require(duel.dead.max()) > .seconds(30), "of the hundred, 40 are left, and what comes back")
    }

    @Test func spentBudget_LeavesWhatIsDue() throws {
        var record = mature
        record.rotationsToday = NodeSettings.classicDailyBudget
        var duel = Duel(record)
        duel.endToken()
        try duel.pass(1500)
        #expect(duel.rotations == 0 && duel.stage.calls.isEmpty)
        let shown = try #require(duel.stage.core.status(at: duel.stage.now).apps.first)
        #expect(!shown.isWell && shown.trouble?.summary.contains("again and again") == true)
        duel.stage.passUntil(atMost: .seconds(2000)) { !$0.calls.isEmpty }
        try duel.pass(1)
        #expect(duel.rotations == 1, "when half of its life is over it is replaced")
    }

    /// A call that never left costs WeChat nothing.
    @Test func callsThatWereNotSent_AreNotCounted() throws {
        var stage = Stage.leading(mature)
        stage.ask(refused: "t1")
        try stage.wechat(says: .dead(errcode: 40001))
        for _ in 1...150 {
            try stage.wechat(.notSent(.noAnswer))
            stage.passUntil(atMost: .seconds(11)) { !$0.calls.isEmpty }
        }
        try stage.wechat(issues: "t2")
        #expect(try stage.record().rotationsToday == 1, "nor does it count in what all nodes see")
    }

    /// Nor does one that the store did not let begin.
    @Test func callsThatDidNotBegin_AreNotCounted() throws {
        var duel = Duel(mature)
        duel.stage.weather = { if case .credential(_, .begin) = $0 { .unreachable } else { .fair } }
        duel.endToken()
        try duel.pass(60)
        #expect(duel.rotations == 0)
        duel.stage.weather = { _ in .fair }
        for _ in 1...98 {
            try duel.pass(11)
            duel.endToken()
        }
        try duel.pass(11)
        #expect(try #require(duel.dead.dropFirst().max()) <= .seconds(2), "one of a hundred was taken, not sixty")
    }
}
