import Testing

@testable import KeeperCore

/// Those who wait for another token of one app.
@Suite struct WaitingCallersTests {
    private let policy = RefreshPolicy(
        NodeSettings(timing: .standard, apps: [], overlap: .seconds(300), watchPeriod: .zero))
    private let now = Instant.seconds(1000)
    private let leader = LeaderHint(holder: .n2, epoch: Epoch(4))
    private let offer = Offer(
        token: ServedCredential(credential: .sample(token: "t2")), previous: [Fingerprint(of: Token("t1"))])
    private var callers = WaitingCallers()
    private var out = Outbox()

    private mutating func wait(
        _ id: UInt64, _ token: String? = "t2", for duration: Duration = .seconds(60), isForwarded: Bool = false
    ) {
        callers.wait(
            RefreshRequest(
                waiter: WaiterID(id), app: .wx1, reason: token.map { .refused(Token($0)) } ?? .operatorAsked,
                deadline: now + duration, isForwarded: isForwarded),
            token.map { Fingerprint(of: Token($0)) }, policy.timing, at: now)
    }

    /// Who was answered since the last time, in order.
    private mutating func answers() -> [(UInt64, RefreshAnswer)] {
        out.drain().compactMap {
            if case .answer(let waiter, let answer) = $0 { (waiter.rawValue, answer) } else { nil }
        }
    }

    private mutating func answered() -> [UInt64] { answers().map(\.0) }

    private mutating func passOn(_ leader: LeaderHint?, after: Duration = .zero) -> [RequestID] {
        callers.passOn(.wx1, to: leader, at: now + after, into: &out)
        return out.actions.compactMap { if case .forward(let id, _) = $0 { id } else { nil } }
    }

    @Test mutating func whoeverReportedAnOlderToken_HasTheNewOne() {
        wait(1, "t1")
        wait(2, "t2")
        wait(3, "t0")
        wait(4, nil)
        callers.superseded(by: offer, isLeading: false, into: &out)
        #expect(answered() == [1], "a follower may be behind")
        callers.superseded(by: offer, isLeading: true, into: &out)
        #expect(answered() == [3])
        callers.replaced(by: offer, into: &out)
        #expect(answered() == [4], "nothing takes its own place")
        callers.confirmed(offer, into: &out)
        #expect(answered() == [2] && callers.isEmpty)
    }

    @Test mutating func answerThatTheTokenLives_ConcernsThoseWhoReportedIt() throws {
        wait(1, "t2")
        wait(2, "t1")
        let reported = Fingerprint(of: Token("t2"))
        #expect(callers.isReported(reported) && !callers.operatorWaits)
        callers.lives(reported, nil, into: &out)
        #expect(answered().isEmpty, "nothing can be said while nothing is handed out")
        callers.lives(reported, offer, into: &out)
        let answer = try #require(answers().first)
        let expected = RefreshAnswer.token(
            credential: offer.token, previous: offer.previous, refreshed: false, stillValid: true)
        #expect(answer == (1, expected))
        #expect(!callers.isReported(reported))
    }

    @Test mutating func peopleAreSentAway_WhenTheirTimeIsUp() throws {
        wait(1, for: .seconds(3))
        wait(2)
        #expect(callers.nextWakeUp(isWorking: false, isFollower: false) == now + .seconds(3))
        let answer = RefreshAnswer.tooSoon(retryAfter: .seconds(7))
        callers.expire(isWorking: false, with: answer, at: now + .seconds(3), into: &out)
        let first = try #require(answers().first)
        #expect(first == (1, answer))
        callers.expire(isWorking: true, with: answer, at: now + policy.timing.hold, into: &out)
        #expect(answered().isEmpty, "while somebody is at work they wait longer")
        callers.expire(isWorking: false, with: answer, at: now + policy.timing.hold, into: &out)
        #expect(answered() == [2])
    }

    @Test mutating func eachLeader_IsAskedOnce_AndAgainWhenItBringsNothing() throws {
        wait(1)
        wait(2, "t2", isForwarded: true)
        #expect(passOn(nil).isEmpty)
        #expect(answered() == [2], "nobody is forwarded twice")
        let first = passOn(leader)
        #expect(first.count == 1 && passOn(leader) == first)
        #expect(!callers.isReported(Fingerprint(of: Token("t2"))), "whoever is on the way is looked after there")
        let request = try #require(first.first)
        #expect(callers.sentAt(request) == now)
        callers.holdAgain(from: request, policy, at: now)
        #expect(passOn(leader) == first)
        #expect(callers.nextWakeUp(isWorking: false, isFollower: true) == now + policy.timing.renewalRetry)
        let second = passOn(leader, after: policy.timing.renewalRetry)
        #expect(second.count == 2)
        callers.returned(second[1], with: .tooSoon(retryAfter: .seconds(1)), into: &out)
        #expect(answered() == [1])
        #expect(out.counters.forwards == 2)
    }

    @Test mutating func newsOfFailures_DoNotConcernThoseOnTheWayToALeader() {
        wait(1)
        _ = passOn(leader)
        wait(2)
        callers.failed(.busy, wasAnswered: true, .seconds(5), into: &out)
        #expect(answered() == [2])
        wait(3)
        callers.presumed(Fingerprint(of: Token("t2")), .tooSoon(retryAfter: .zero), into: &out)
        #expect(answered() == [3])
        wait(4)
        callers.tooSoon(now + .seconds(3600), because: nil, at: now, into: &out)
        #expect(answered() == [4])
        callers.leads()
        callers.tooSoon(now + .seconds(3600), because: .busy, at: now, into: &out)
        #expect(answered() == [1], "a leader looks after everybody")
    }

    @Test mutating func whoeverCanWait_IsNotSentAway() {
        wait(1)
        callers.tooSoon(now + .seconds(1), because: nil, at: now, into: &out)
        #expect(answered().isEmpty)
    }

    @Test mutating func appThatIsKeptNoMore_SendsEverybodyAway_ButWhoLeft() {
        wait(1)
        wait(2, nil)
        #expect(callers.operatorWaits)
        callers.left(WaiterID(2))
        #expect(!callers.operatorWaits)
        callers.dismissAll(with: .unavailable(reason: .unknownApp, retryAfter: .zero), into: &out)
        #expect(answered() == [1] && callers.isEmpty)
    }
}
