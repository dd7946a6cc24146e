import Testing

@testable import KeeperCore

/// Apps that come and go while the node runs.
@Suite struct ReconfigurationScenarios {
    private let wx1 = AppSettings(id: .wx1, line: .classic)
    private let other = AppSettings(id: AppID("wx0"), line: .classic)
    private let young = CredentialRecord.sample(version: 7, epoch: 3, age: .seconds(100))

    @Test func newApp_IsFetchedOnceTheStoreAndTheMembersWereAsked() throws {
        var harness = Harness.leading(young)
        harness.store.members = [.living(.n1), .living(.n2)]
        harness.pass(.seconds(5))
        let before = harness.served
        harness.forget()
        harness.play(.configured([wx1, other]))
        #expect(harness.calls.isEmpty)
        #expect(harness.core.health(at: harness.now).isReady, "the others are served as before")
        harness.passUntil { !$0.queries.isEmpty }
        try harness.members([])
        #expect(harness.calls.map(\.app) == [other.id])
        try harness.wechat(issues: "u1")
        #expect(harness.served(other.id)?.credential.token == Token("u1"))
        // The one that was there has another place now, and nothing else has happened to it.
        harness.pass(.seconds(60))
        let after = try #require(harness.core.status(at: harness.now).apps.last)
        #expect(after.app == .wx1 && after.fingerprint == before?.credential.fingerprint)
        #expect(harness.served(.wx1) == nil, "nothing new was to be served")
        #expect(try harness.record().version == 7)
        #expect(harness.calls.isEmpty)
    }

    @Test func newAppThatTheStoreKnows_IsServedWithoutACall() throws {
        var harness = Harness.leading(young)
        harness.store.keep(.sample(version: 3, token: "known", age: .seconds(50)).of(other.id), at: harness.now)
        harness.pass(.seconds(5))
        harness.play(.configured([wx1, other]))
        harness.pass(.seconds(20))
        #expect(harness.served(other.id)?.credential.token == Token("known"))
        #expect(harness.calls.isEmpty && !harness.story.contains("restore"))
        #expect(harness.core.status(at: harness.now).apps.map(\.app) == [other.id, .wx1])
    }

    /// The answer of a tick from before goes on where the node had read to, past what is new.
    @Test func tickUnderWay_DoesNotHideWhatTheStoreKnows() throws {
        var harness = Harness.following(young)
        harness.store.keep(.sample(version: 3, token: "known", age: .seconds(50)).of(other.id), at: harness.now)
        harness.pass(.seconds(1))
        final class Underway { var isTicking = false }
        let underway = Underway()
        harness.weather = { action in
            guard case .lease(_, .tick) = action, !underway.isTicking else { return .fair }
            underway.isTicking = true
            return .slow(.milliseconds(200))
        }
        harness.passUntil { _ in underway.isTicking }
        harness.play(.configured([wx1, other]))
        harness.pass(.seconds(2))
        #expect(harness.served(other.id)?.credential.token == Token("known"))
    }

    @Test func whatWasCounted_IsCounted_ThoughItsAppIsGone() throws {
        var harness = Harness.leading(.sample(age: .seconds(4000)))
        harness.passUntil { !$0.calls.isEmpty }
        try harness.wechat(issues: "t2")
        harness.pass(.seconds(1))
        #expect(harness.core.status(at: harness.now).counters.refreshesDone == 1)
        harness.play(.configured([other]))
        #expect(harness.core.status(at: harness.now).counters.refreshesDone == 1, "a counter never goes back")
    }

    @Test func appThatComesBackInACall_WaitsForItsEnd() throws {
        var harness = Harness.leading(.sample(age: .seconds(4000)))
        harness.passUntil { !$0.calls.isEmpty }
        let called = harness.now
        harness.play(.configured([other]))
        harness.play(.configured([other, wx1]))
        harness.passUntil { harness in harness.calls.count { $0.app == .wx1 } == 2 }
        let timing = LeaseTiming.standard
        #expect(harness.now - called >= timing.callTimeout + timing.lateness)
    }

    @Test func callUnderWay_GoesOnInItsNewPlace() throws {
        var harness = Harness.leading(.sample(age: .seconds(4000)))
        harness.passUntil { !$0.calls.isEmpty }
        harness.play(.configured([other, wx1]))
        #expect(harness.calls.count == 1)
        try harness.wechat(issues: "t2")
        #expect(try harness.record().issue?.token == Token("t2"))
    }

    @Test func appThatIsGone_IsForgotten_AndItsCallersAreTold() throws {
        var harness = Harness.leading(young)
        harness.pass(.seconds(5))
        let waiter = harness.ask(refused: "t1")
        harness.play(.configured([other]))
        #expect(harness.answer(to: waiter) == .unavailable(reason: .unknownApp, retryAfter: .seconds(60)))
        #expect(harness.core.status(at: harness.now).apps.map(\.app) == [other.id])
        // The question whether its token lives was under way; its answer concerns nobody.
        harness.passUntil { !$0.calls.isEmpty }
        try harness.wechat(says: .alive)
        #expect(harness.core.slots.taken == 1)
    }

    /// The next leader may still keep the app, and must not call beside the call that was given up.
    @Test func appThatIsGoneInACall_HandsItsRestOn() throws {
        var harness = Harness.leading(.sample(age: .seconds(4000)))
        harness.passUntil { !$0.calls.isEmpty }
        harness.play(.configured([other]))
        harness.forget()
        harness.play(.handoverAsked(to: nil))
        let left = try #require(
            harness.leaseCommands.compactMap { command in
                if case .release(_, let handover) = command { handover.left } else { nil }
            }.first)
        #expect(left >= LeaseTiming.standard.callTimeout)
    }

    @Test func appThatComesBack_UsesNoIntentTwice() throws {
        var harness = Harness.leading(.sample(age: .seconds(4000)))
        try harness.rotate(to: "t2")
        harness.play(.configured([other]))
        harness.play(.configured([other, wx1]))
        harness.pass(.seconds(4000))
        let intents = harness.credentialCommands.compactMap { command in
            if case .begin(let beginning) = command, beginning.app == .wx1 { beginning.intent } else { nil }
        }
        #expect(intents.count == 2 && Set(intents).count == 2)
        #expect(intents[1].number > intents[0].number)
    }

    @Test func wrongSecret_IsTriedAgainAtOnce() throws {
        var harness = Harness.leading(line: .stable)
        harness.letOthersRegister()
        try harness.wechat(.refused(Refusal(trouble: .wrongSecret, reaction: .stop)))
        harness.pass(.seconds(100))
        #expect(harness.calls.isEmpty)
        harness.play(.configured([AppSettings(id: .wx1, line: .stable)]))
        #expect(harness.calls.count == 1)
        try harness.wechat(issues: "t1")
        #expect(harness.served?.credential.token == Token("t1"))
    }

    @Test func otherLine_BeginsAnew() throws {
        var harness = Harness.leading(young)
        harness.pass(.seconds(5))
        let waiter = harness.ask(refused: "t1")
        harness.forget()
        harness.play(.configured([AppSettings(id: .wx1, line: .stable)]))
        #expect(
            harness.answer(to: waiter) == .unavailable(reason: .noLeader, retryAfter: .seconds(1)),
            "it is kept all the same")
        harness.pass(.seconds(20))
        #expect(harness.core.status(at: harness.now).apps.map(\.line) == [.stable])
        #expect(harness.served?.credential.token == Token("t1"))
    }

    @Test func newTicket_IsBroughtByTheTokenThatIsThere() throws {
        var harness = Harness.leading(young)
        harness.pass(.seconds(5))
        harness.play(.configured([wx1, AppSettings(ticket: .jsapi, of: .wx1)]))
        harness.passUntil { !$0.calls.isEmpty }
        #expect(harness.calls.map(\.app) == [AppID.wx1.ticket(.jsapi)])
        #expect(harness.ticketTokens == [Token("t1")])
    }
}

extension Harness {
    /// WeChat is asked because the token is due, and answers.
    fileprivate mutating func rotate(to token: String) throws {
        passUntil { !$0.calls.isEmpty }
        try wechat(issues: token)
    }
}

extension CredentialRecord {
    fileprivate func of(_ app: AppID) -> CredentialRecord {
        var record = self
        record.app = app
        return record
    }
}
