import Testing

@testable import KeeperCore

/// Apps that come and go while the node runs.
@Suite struct ReconfigurationStories {
    private let wx1 = AppSettings(id: .wx1, line: .classic)
    private let other = AppSettings(id: AppID("wx0"), line: .classic)
    private let young = CredentialRecord.sample(version: 7, epoch: 3, age: .seconds(100))

    @Test func newApp_IsFetchedOnceTheStoreAndTheMembersWereAsked() throws {
        var stage = Stage.leading(young)
        stage.store.members = [.living(.n1), .living(.n2)]
        stage.pass(.seconds(5))
        let before = stage.served
        stage.forget()
        stage.play(.configured([wx1, other]))
        #expect(stage.calls.isEmpty)
        #expect(stage.core.health(at: stage.now).isReady, "the others are served as before")
        stage.passUntil { !$0.queries.isEmpty }
        try stage.members([])
        #expect(stage.calls.map(\.app) == [other.id])
        try stage.wechat(issues: "u1")
        #expect(stage.served(other.id)?.credential.token == Token("u1"))
        // The one that was there has another place now, and nothing else has happened to it.
        stage.pass(.seconds(60))
        let after = try #require(stage.core.status(at: stage.now).apps.last)
        #expect(after.app == .wx1 && after.fingerprint == before?.credential.fingerprint)
        #expect(stage.served(.wx1) == nil, "nothing new was to be served")
        #expect(try stage.record().version == 7)
        #expect(stage.calls.isEmpty)
    }

    @Test func newAppThatTheStoreKnows_IsServedWithoutACall() throws {
        var stage = Stage.leading(young)
        stage.store.keep(.sample(version: 3, token: "known", age: .seconds(50)).of(other.id), at: stage.now)
        stage.pass(.seconds(5))
        stage.play(.configured([wx1, other]))
        stage.pass(.seconds(20))
        #expect(stage.served(other.id)?.credential.token == Token("known"))
        #expect(stage.calls.isEmpty && !stage.story.contains("restore"))
        #expect(stage.core.status(at: stage.now).apps.map(\.app) == [other.id, .wx1])
    }

    /// The answer of a tick from before goes on where the node had read to, past what is new.
    @Test func tickUnderWay_DoesNotHideWhatTheStoreKnows() throws {
        var stage = Stage.following(young)
        stage.store.keep(.sample(version: 3, token: "known", age: .seconds(50)).of(other.id), at: stage.now)
        stage.pass(.seconds(1))
        final class Underway { var isTicking = false }
        let underway = Underway()
        stage.weather = { action in
            guard case .lease(_, .tick) = action, !underway.isTicking else { return .fair }
            underway.isTicking = true
            return .slow(.milliseconds(200))
        }
        stage.passUntil { _ in underway.isTicking }
        stage.play(.configured([wx1, other]))
        stage.pass(.seconds(2))
        #expect(stage.served(other.id)?.credential.token == Token("known"))
    }

    @Test func whatWasCounted_IsCounted_ThoughItsAppIsGone() throws {
        var stage = Stage.leading(.sample(age: .seconds(4000)))
        stage.passUntil { !$0.calls.isEmpty }
        try stage.wechat(issues: "t2")
        stage.pass(.seconds(1))
        #expect(stage.core.status(at: stage.now).counters.refreshesDone == 1)
        stage.play(.configured([other]))
        #expect(stage.core.status(at: stage.now).counters.refreshesDone == 1, "a counter never goes back")
    }

    @Test func appThatComesBackInACall_WaitsForItsEnd() throws {
        var stage = Stage.leading(.sample(age: .seconds(4000)))
        stage.passUntil { !$0.calls.isEmpty }
        let called = stage.now
        stage.play(.configured([other]))
        stage.play(.configured([other, wx1]))
        stage.passUntil { stage in stage.calls.count { $0.app == .wx1 } == 2 }
        let timing = LeaseTiming.standard
        #expect(stage.now - called >= timing.callTimeout + timing.lateness)
    }

    @Test func callUnderWay_GoesOnInItsNewPlace() throws {
        var stage = Stage.leading(.sample(age: .seconds(4000)))
        stage.passUntil { !$0.calls.isEmpty }
        stage.play(.configured([other, wx1]))
        #expect(stage.calls.count == 1)
        try stage.wechat(issues: "t2")
        #expect(try stage.record().issue?.token == Token("t2"))
    }

    @Test func appThatIsGone_IsForgotten_AndItsCallersAreTold() throws {
        var stage = Stage.leading(young)
        stage.pass(.seconds(5))
        let waiter = stage.ask(refused: "t1")
        stage.play(.configured([other]))
        #expect(stage.answer(to: waiter) == .unavailable(.unknownApp, retryAfter: .seconds(60)))
        #expect(stage.core.status(at: stage.now).apps.map(\.app) == [other.id])
        // The question whether its token lives was under way; its answer concerns nobody.
        stage.passUntil { !$0.calls.isEmpty }
        try stage.wechat(says: .alive)
        #expect(stage.core.slots.taken == 1)
    }

    /// The next leader may still keep the app, and must not call beside the call that was given up.
    @Test func appThatIsGoneInACall_HandsItsRestOn() throws {
        var stage = Stage.leading(.sample(age: .seconds(4000)))
        stage.passUntil { !$0.calls.isEmpty }
        stage.play(.configured([other]))
        stage.forget()
        stage.play(.handoverAsked(to: nil))
        let left = try #require(
            stage.leaseCommands.compactMap { command in
                if case .release(_, let handover) = command { handover.left } else { nil }
            }.first)
        #expect(left >= LeaseTiming.standard.callTimeout)
    }

    @Test func appThatComesBack_UsesNoIntentTwice() throws {
        var stage = Stage.leading(.sample(age: .seconds(4000)))
        try stage.rotate(to: "t2")
        stage.play(.configured([other]))
        stage.play(.configured([other, wx1]))
        stage.pass(.seconds(4000))
        let intents = stage.credentialCommands.compactMap { command in
            if case .begin(let beginning) = command, beginning.app == .wx1 { beginning.intent } else { nil }
        }
        #expect(intents.count == 2 && Set(intents).count == 2)
        #expect(intents[1].number > intents[0].number)
    }

    @Test func wrongSecret_IsTriedAgainAtOnce() throws {
        var stage = Stage.leading(line: .stable)
        stage.letOthersRegister()
        try stage.wechat(.refused(Refusal(trouble: .wrongSecret, reaction: .stop)))
        stage.pass(.seconds(100))
        #expect(stage.calls.isEmpty)
        stage.play(.configured([AppSettings(id: .wx1, line: .stable)]))
        #expect(stage.calls.count == 1)
        try stage.wechat(issues: "t1")
        #expect(stage.served?.credential.token == Token("t1"))
    }

    @Test func otherLine_BeginsAnew() throws {
        var stage = Stage.leading(young)
        stage.pass(.seconds(5))
        let waiter = stage.ask(refused: "t1")
        stage.forget()
        stage.play(.configured([AppSettings(id: .wx1, line: .stable)]))
        #expect(stage.answer(to: waiter) == .unavailable(.noLeader, retryAfter: .seconds(1)), "it is kept all the same")
        stage.pass(.seconds(20))
        #expect(stage.core.status(at: stage.now).apps.map(\.line) == [.stable])
        #expect(stage.served?.credential.token == Token("t1"))
    }

    @Test func newTicket_IsBroughtByTheTokenThatIsThere() throws {
        var stage = Stage.leading(young)
        stage.pass(.seconds(5))
        stage.play(.configured([wx1, AppSettings(ticket: .jsapi, of: .wx1)]))
        stage.passUntil { !$0.calls.isEmpty }
        #expect(stage.calls.map(\.app) == [AppID.wx1.ticket(.jsapi)])
        #expect(stage.ticketTokens == [Token("t1")])
    }
}

extension Stage {
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
