import Testing

@testable import KeeperCore

@Suite struct LeaseTimingTests {
    @Test func defaults_GiveTheFiguresOfTheProtocol() throws {
        let timing = try LeaseTiming()
        #expect(timing.ttl == .seconds(6))
        #expect(timing.callTimeout == .seconds(3))
        #expect(timing.renewalPeriod == .milliseconds(1500))
        #expect(timing.tickPeriod == .milliseconds(375))
        #expect(timing.commandTimeout == .milliseconds(500))
        #expect(timing.guardTime == .milliseconds(250))
        #expect(timing.lateness == .seconds(2))
        #expect(timing.clockDrift == 0.01)
        #expect(timing.observation.isClose(to: .milliseconds(6310)))
        #expect(timing.validity.isClose(to: .milliseconds(5690)))
        #expect(timing.callBudget == .milliseconds(3250))
        #expect(timing.hold.isClose(to: .milliseconds(9685)))
        #expect(timing.forwardTimeout.isClose(to: .milliseconds(15_685)))
        #expect(timing.memberTTL == .milliseconds(2250))
        #expect(timing.renewalRetry == .milliseconds(300))
    }

    @Test func fastProfile_GivesTheFiguresOfTheProtocol() throws {
        let timing = try LeaseTiming(ttl: .seconds(4), callTimeout: .seconds(2))
        #expect(timing.renewalPeriod == .seconds(1))
        #expect(timing.tickPeriod == .milliseconds(250))
        #expect(timing.commandTimeout.isClose(to: .milliseconds(333)))
        #expect(timing.guardTime == .milliseconds(200))
    }

    @Test func slowProfile_GivesTheFiguresOfTheProtocol() throws {
        let timing = try LeaseTiming(ttl: .seconds(10), callTimeout: .seconds(5))
        #expect(timing.renewalPeriod == .milliseconds(2500))
        #expect(timing.tickPeriod == .milliseconds(625))
        #expect(timing.commandTimeout.isClose(to: .milliseconds(833)))
        #expect(timing.guardTime == .milliseconds(250))
    }

    @Test func longLease_KeepsTicksAndCommandsShort() throws {
        let timing = try LeaseTiming(ttl: .seconds(300))
        #expect(timing.tickPeriod == .seconds(1))
        #expect(timing.commandTimeout == .seconds(1))
    }

    @Test func shortLease_NeedsAShorterCall() throws {
        let broken = #expect(throws: LeaseRuleBroken.self) { try LeaseTiming(ttl: .seconds(4)) }
        guard case .noRoomForACall(let needed, let room) = try #require(broken) else {
            Issue.record("another rule: \(String(describing: broken))")
            return
        }
        #expect(needed.isClose(to: .milliseconds(4733)))
        #expect(room.isClose(to: .milliseconds(3960)))
        #expect(broken?.concernsCallTimeout == false)
        _ = try LeaseTiming(ttl: .seconds(4), callTimeout: .seconds(2))
    }

    @Test(arguments: [Duration.milliseconds(1999), .milliseconds(300_001), .zero, .seconds(-6)])
    func leaseOutOfBounds_IsRefused(_ ttl: Duration) {
        #expect(throws: LeaseRuleBroken.ttlOutOfBounds(found: ttl)) {
            try LeaseTiming(ttl: ttl, callTimeout: .milliseconds(500))
        }
    }

    @Test(arguments: [Duration.milliseconds(99), .milliseconds(60_001), .zero])
    func callTimeoutOutOfBounds_IsRefused(_ callTimeout: Duration) throws {
        let broken = #expect(throws: LeaseRuleBroken.callTimeoutOutOfBounds(found: callTimeout)) {
            try LeaseTiming(ttl: .seconds(300), callTimeout: callTimeout)
        }
        #expect(try #require(broken).concernsCallTimeout)
    }

    @Test func everyTimingThatIsAccepted_KeepsTheRules() {
        var random = SplitMix64(seed: 1)
        var accepted = 0
        for _ in 0..<2000 {
            let ttl = random.nextDuration(in: .seconds(1)...(.seconds(320)))
            let call = random.nextDuration(in: .zero...(.seconds(65)))
            guard let timing = try? LeaseTiming(ttl: ttl, callTimeout: call) else { continue }
            accepted += 1
            let needed =
                timing.callTimeout + timing.renewalPeriod + timing.commandTimeout + timing.guardTime * 2
            #expect(needed <= timing.ttl.scaled(by: 0.99))
            #expect(timing.commandTimeout * 4 <= timing.ttl)
            #expect(timing.renewalPeriod <= timing.ttl / 4)
            #expect(timing.tickPeriod <= timing.renewalPeriod)
            #expect(timing.validity < timing.ttl && timing.ttl < timing.observation)
        }
        #expect(accepted > 500)
    }

    @Test func repair_FitsTheOverlapOfWeChatButNotOfADemo() throws {
        #expect(LeaseTiming.standard.repairsInTime(overlap: .seconds(300)))
        #expect(!LeaseTiming.standard.repairsInTime(overlap: .seconds(15)))
    }

    @Test(arguments: [
        (LeaseRuleBroken.ttlOutOfBounds(found: .seconds(1)), "the lease is 1.0 seconds long"),
        (.callTimeoutOutOfBounds(found: .zero), "WeChat's time-out is 0.0 seconds"),
        (.noRoomForACall(needed: .seconds(5), room: .seconds(4)), "lengthen lease.ttl or shorten wechat.timeout"),
        (.commandTimeoutTooLong(found: .seconds(1), ttl: .seconds(3)), "four command time-outs of 1.0 seconds"),
        (.tickTooSlow(found: .seconds(2), renewal: .seconds(1)), "the tick of 2.0 seconds is slower"),
    ])
    func refusal_NamesTheRuleAndItsFigures(_ broken: LeaseRuleBroken, _ words: String) {
        #expect(broken.description.contains(words))
    }
}

extension Duration {
    /// Equal to within a millisecond: a factor in floating point is not exact.
    func isClose(to other: Duration) -> Bool { self - other < .milliseconds(1) && other - self < .milliseconds(1) }
}

extension Instant {
    /// Equal to within a millisecond.
    func isClose(to other: Instant) -> Bool { (self - other).isClose(to: .zero) }
}
