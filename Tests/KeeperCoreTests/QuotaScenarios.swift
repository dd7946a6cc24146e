import Foundation
import Testing

@testable import KeeperCore

/// A program outside the cluster ends the token again and again: every caller has a dead one until it is replaced, and
/// each replacement costs one of the day's rotations.
@Suite struct QuotaScenarios {
    private let mature = CredentialRecord.sample(age: .seconds(1000))

    /// WeChat, one who ends our tokens, and callers who report what they have once a second if it is dead, or always.
    private struct ExternalRotator {
        var harness: Harness
        var reportsAlways = false
        /// Since when the current token is dead.
        var deadSince: Instant?
        /// How long each was dead.
        var dead: [Duration] = []
        var rotations = 0

        init(_ record: CredentialRecord) { harness = Harness.leading(record) }

        mutating func endToken() { if deadSince == nil { deadSince = harness.now } }

        mutating func pass(_ seconds: Int) throws {
            for _ in 0..<seconds {
                if reportsAlways || deadSince != nil, let current = harness.served {
                    for _ in 0..<(reportsAlways ? 40 : 1) { harness.ask(refused: current.credential.token.secret) }
                }
                while !harness.probes.isEmpty {
                    try harness.wechat(says: deadSince == nil ? .alive : .dead(errcode: 40001))
                }
                if !harness.calls.isEmpty {
                    rotations += 1
                    if let since = deadSince { dead.append(harness.now - since) }
                    deadSince = nil
                    try harness.wechat(issues: "r\(rotations)")
                    harness.forgetAllButServed()
                }
                harness.pass(.seconds(1))
            }
        }
    }

    /// However many report all the time, whether it lives or not.
    @Test(arguments: [false, true]) func tokenEndedEveryElevenSeconds_IsReplacedEachTime(reportsAlways: Bool) throws {
        var rotator = ExternalRotator(mature)
        rotator.reportsAlways = reportsAlways
        for _ in 1...20 {
            rotator.endToken()
            try rotator.pass(11)
        }
        try rotator.pass(5)
        #expect(rotator.dead.count == 20)
        #expect(try #require(rotator.dead.max()) <= .seconds(15), "\(rotator.dead)")
        #expect(try #require(rotator.harness.record().externalRotations).count == 20)
    }

    /// Two hours of it, or a day where there is time: at once while the hundred last, within a minute ever after, and
    /// when it is over what is due is fetched as ever.
    @Test func endlessExternalRotation_WaitsAMinuteAtMost_AndLeavesWhatIsDue() throws {
        let hours = ProcessInfo.processInfo.environment["WXKEEPER_LONG"] == nil ? 2 : 24
        var rotator = ExternalRotator(mature)
        for _ in 0..<(hours * 3600 / 11) {
            rotator.endToken()
            try rotator.pass(11)
        }
        #expect(try #require(rotator.dead.prefix(100).max()) <= .seconds(2))
        #expect(try #require(rotator.dead.max()) <= .seconds(60))
        let allowed = 100 + hours * 3600 / 58
        #expect((allowed - 5...allowed + 1).contains(rotator.rotations), "\(rotator.rotations) of \(allowed)")
        try rotator.pass(60)
        for _ in 0..<400 where rotator.harness.calls.isEmpty { rotator.harness.pass(.seconds(10)) }
        try rotator.pass(1)
        #expect(rotator.deadSince == nil)
        #expect(try rotator.harness.record().rotationsToday == rotator.rotations)
        #expect(
            rotator.rotations <= NodeSettings.classicDailyBudget, "the one that was due and all: \(rotator.rotations)")
        #expect(rotator.harness.calls.isEmpty && (allowed - 4...allowed + 3).contains(rotator.rotations))
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
        var rotator = ExternalRotator(record)
        for _ in 1...60 {
            rotator.endToken()
            try rotator.pass(11)
        }
        #expect(try #require(rotator.dead.prefix(45).max()) <= .seconds(2))
        #expect(try #require(rotator.dead.max()) > .seconds(30), "of the hundred, 40 are left, and what comes back")
    }

    @Test func spentBudget_LeavesWhatIsDue() throws {
        var record = mature
        record.rotationsToday = NodeSettings.classicDailyBudget
        var rotator = ExternalRotator(record)
        rotator.endToken()
        try rotator.pass(1500)
        #expect(rotator.rotations == 0 && rotator.harness.calls.isEmpty)
        let shown = try #require(rotator.harness.core.status(at: rotator.harness.now).apps.first)
        #expect(!shown.isWell && shown.trouble?.summary.contains("again and again") == true)
        rotator.harness.passUntil(atMost: .seconds(2000)) { !$0.calls.isEmpty }
        try rotator.pass(1)
        #expect(rotator.rotations == 1, "when half of its life is over it is replaced")
    }

    /// A call that never left costs WeChat nothing.
    @Test func callsThatWereNotSent_AreNotCounted() throws {
        var harness = Harness.leading(mature)
        harness.ask(refused: "t1")
        try harness.wechat(says: .dead(errcode: 40001))
        for _ in 1...150 {
            try harness.wechat(.notSent(.noAnswer))
            harness.passUntil(atMost: .seconds(11)) { !$0.calls.isEmpty }
        }
        try harness.wechat(issues: "t2")
        #expect(try harness.record().rotationsToday == 1, "nor does it count in what all nodes see")
    }

    /// Nor does one that the store did not let begin.
    @Test func callsThatDidNotBegin_AreNotCounted() throws {
        var rotator = ExternalRotator(mature)
        rotator.harness.weather = { if case .credential(_, .begin) = $0 { .unreachable } else { .fair } }
        rotator.endToken()
        try rotator.pass(60)
        #expect(rotator.rotations == 0)
        rotator.harness.weather = { _ in .fair }
        for _ in 1...98 {
            try rotator.pass(11)
            rotator.endToken()
        }
        try rotator.pass(11)
        #expect(try #require(rotator.dead.dropFirst().max()) <= .seconds(2), "one of a hundred was taken, not sixty")
    }
}
