import Testing

@testable import KeeperCore

/// When WeChat may be called again after a call that brought nothing.
@Suite struct BackoffTests {
    private let policy = RefreshPolicy(
        NodeSettings(timing: .standard, apps: [], overlap: .seconds(300), watchPeriod: .zero))
    private let now = Instant.seconds(1000)
    private let calm = Backoff.Circumstances(isUrgent: false, life: .seconds(7200))
    private let trouble = Trouble(errcode: 40013, summary: "invalid appid")

    /// Fails with the longest jitter or the shortest, as chance has it, and says how long it waits.
    private func fail(
        _ backoff: inout Backoff, _ reaction: Refusal.Reaction = .backOff, _ how: Backoff.Circumstances? = nil
    ) -> Duration {
        var random = SplitMix64(seed: 7)
        return backoff.failed(
            trouble, reaction, how ?? calm, policy, pauseAfterUnknown: policy.timing.lateness, at: now, random: &random)
    }

    @Test func eachFailureInARow_DoublesThePause_UpToHalfAMinute() {
        var backoff = Backoff()
        let pauses = (0..<8).map { _ in fail(&backoff) }
        for (first, second) in zip(pauses, pauses.dropFirst()).prefix(4) { #expect(second.isClose(to: first * 2)) }
        #expect(pauses[7] == pauses[6] && pauses[7] <= .seconds(30))
        #expect(backoff.earliestCall == now + pauses[7] && backoff.earliestCommand == .origin)
        backoff.succeeded()
        #expect(fail(&backoff) == pauses[0], "a token begins it anew")
    }

    @Test func storeAndWeChat_AreWaitedForEachForItself() {
        var backoff = Backoff()
        let pause = fail(&backoff)
        backoff.tellAgain(at: now + .milliseconds(1))
        #expect(backoff.earliestCall == now + pause && backoff.earliestCommand == now + .milliseconds(1))
        backoff.callAgain(at: now + .seconds(300))
        #expect(backoff.earliestCall == now + .seconds(300) && backoff.earliestCommand == now + .milliseconds(1))
    }

    @Test func urgentCalls_WaitNoLongerThanTenSeconds() {
        var backoff = Backoff()
        let urgent = Backoff.Circumstances(isUrgent: true, life: .seconds(7200))
        for _ in 0..<8 { #expect(fail(&backoff, .backOff, urgent) <= .seconds(10)) }
    }

    @Test func wordOfWeChat_HoldsUpCalls_ButNoCommand() {
        var backoff = Backoff()
        #expect(fail(&backoff, .nextMinute) == .seconds(62))
        #expect(backoff.pause(at: now) == .seconds(62) && backoff.pause(at: now + .seconds(62)) == nil)
        #expect(backoff.earliestCall == now + .seconds(62) && backoff.earliestCommand == .origin)
        backoff.succeeded()
        #expect(backoff.pause(at: now) == nil)
    }

    @Test func firstCallOfUnknownOutcome_WaitsOnlyUntilWeChatCanBeLateNoMore() {
        var backoff = Backoff()
        let unclear = Backoff.Circumstances(isUncertain: true, isUrgent: true, life: .seconds(7200))
        #expect(fail(&backoff, .backOff, unclear) == policy.timing.lateness)
        #expect(fail(&backoff, .backOff, unclear) < .seconds(3), "then it backs off like all others")
        backoff.mayBeProcessed(until: now + .seconds(99))
        #expect(backoff.earliestCall == now + .seconds(99))
    }

    @Test(arguments: [true, false]) func wrongConfiguration_StopsIt_UntilSomebodyMayHaveMendedThat(isReload: Bool) {
        var backoff = Backoff()
        #expect(fail(&backoff, .stop) == .seconds(3600))
        #expect(backoff.stoppedBy == trouble)
        if isReload { backoff.configured() } else { backoff.operatorAsked() }
        #expect(backoff.earliestCall <= now)
        var other = Backoff()
        _ = fail(&other, .nextMinute)
        other.operatorAsked()
        other.configured()
        #expect(other.pause(at: now) != nil, "what WeChat says of its own limits nobody here can mend")
    }
}
