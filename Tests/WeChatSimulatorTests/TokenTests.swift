import Testing
import WeChatSimulator

@Suite struct ClassicTokenTests {
    @Test func everyFetch_IssuesANewToken() throws {
        var world = try World()
        let first = world.classic(at: 0)
        let second = world.classic(at: 10)
        #expect(first.body == #"{"access_token":"\#(first.token ?? "")","expires_in":7200}"#)
        #expect(first.token != second.token)
        #expect(second.expiresIn == 7200)
    }

    @Test func previousToken_LivesTheOverlap_AndThenIsNotLatest() throws {
        var world = try World()
        let old = world.classic(at: 0).token
        let new = world.classic(at: 3600).token
        #expect(world.errcode(of: old, at: 3899.9) == 0)
        #expect(world.errcode(of: old, at: 3900) == 40001)
        #expect(world.errcode(of: new, at: 3900) == 0)
    }

    @Test func tokenTwoFetchesOld_IsDeadStrictly_AndAliveInGrace() throws {
        var world = try World()
        let oldest = world.classic(at: 0).token
        let middle = world.classic(at: 100).token
        _ = world.classic(at: 150)
        let standing = try #require(world.standing(of: oldest, at: 160))
        #expect(standing.strict == .zero)
        #expect(standing.grace == .seconds(240))
        #expect(standing.newer == 2)
        #expect(world.standing(of: middle, at: 160)?.strict == .seconds(290))
        #expect(world.errcode(of: oldest, at: 160) == 40001)
        #expect(world.machine.calls().last?.isInGrace == true)
    }

    @Test func newestToken_IsExpired_AfterItsLife() throws {
        var world = try World(lifetime: .seconds(20), overlap: .seconds(5))
        let token = world.classic(at: 0).token
        #expect(world.errcode(of: token, at: 19.9) == 0)
        #expect(world.errcode(of: token, at: 20) == 42001)
        _ = world.classic(at: 21)
        #expect(world.errcode(of: token, at: 21) == 40001, "a dead token is not revived by the hand-over")
    }

    @Test func revokedToken_IsDeadAtOnce_OnBothReadings() throws {
        var world = try World()
        let token = world.classic(at: 0).token
        #expect(try world.machine.revoke(World.appID, line: .classic).count == 1)
        #expect(world.errcode(of: token, at: 1) == 40001)
        #expect(world.standing(of: token, at: 1)?.grace == .zero)
        _ = world.classic(at: 2)
        #expect(world.standing(of: token, at: 3)?.grace == .zero)
    }

    @Test func externalFetch_ReplacesTheToken_AndIsMarked() throws {
        var world = try World()
        let ours = world.classic(at: 0).token
        let fingerprint = try world.machine.rotateExternally(World.appID, at: .seconds(1))
        #expect(world.standing(of: ours, at: 1)?.newer == 1)
        let record = try #require(world.machine.calls().last)
        #expect(record.isExternal)
        #expect(record.fingerprint == fingerprint)
        #expect(throws: SimulatorError.unknownApp("nobody")) {
            try world.machine.rotateExternally("nobody", at: .start)
        }
    }

    @Test(arguments: [16, 136, 512, 2048])
    func token_HasTheLengthAskedFor(length: Int) throws {
        var world = try World(tokenLength: length)
        #expect(world.classic(at: 0).token?.count == length)
    }

    @Test func sameSeed_GivesTheSameTokens() throws {
        var (one, other) = (try World(), try World())
        #expect(one.classic(at: 0) == other.classic(at: 0))
    }

    @Test func tokensTooOldToRemember_AreAsDeadAsOnesNeverIssued() throws {
        var world = try World()
        let first = world.classic(at: 0).token
        for fetch in 1...32 { _ = world.classic(at: Double(fetch)) }
        #expect(world.standing(of: first, at: 33) == nil)
        #expect(world.errcode(of: first, at: 33) == 40001)
    }
}

@Suite struct StableTokenTests {
    @Test func normalCall_GivesTheSameToken_AndTheSecondsLeft() throws {
        var world = try World()
        let first = world.stable(at: 0)
        let later = world.stable(at: 6855)
        #expect(later.token == first.token)
        #expect(later.expiresIn == 345)
    }

    @Test(arguments: [(7200.0, 300.0, 300.0), (20, 5, 5), (20, 300, 5), (120, 300, 30)])
    func renewalWindow_IsTheOverlap_ButAtMostAQuarterOfTheLife(life: Double, overlap: Double, window: Double) throws {
        var world = try World(lifetime: .seconds(life), overlap: .seconds(overlap))
        let first = world.stable(at: 0).token
        #expect(world.stable(at: life - window - 0.1).token == first)
        let renewed = world.stable(at: life - window)
        #expect(renewed.token != first)
        #expect(renewed.expiresIn == Int(life))
    }

    @Test func renewal_KeepsOldAndNewForTheOverlap() throws {
        var world = try World()
        let old = world.stable(at: 0).token
        let new = world.stable(at: 7000).token
        #expect(world.errcode(of: old, at: 7299) == 0)
        #expect(world.errcode(of: new, at: 7299) == 0)
        #expect(world.errcode(of: old, at: 7300) == 40001)
        #expect(world.standing(of: old, at: 7250)?.promised == .zero, "its own expires_in was over")
    }

    @Test func lines_AreSeparate() throws {
        var world = try World()
        let stable = world.stable(at: 0).token
        for fetch in 1...5 { _ = world.classic(at: Double(fetch)) }
        #expect(world.errcode(of: stable, at: 10) == 0)
        #expect(world.stable(at: 10).token == stable)
    }

    @Test func forcedCall_IssuesAndKeepsThePreviousForTheOverlap() throws {
        var world = try World()
        let leaked = world.stable(at: 0).token
        let second = world.stable(at: 100, force: true).token
        #expect(second != leaked)
        #expect(world.errcode(of: leaked, at: 101) == 0)
    }

    @Test func forcedCall_GivesTheSameToken_WithinThirtySeconds() throws {
        var world = try World()
        _ = world.stable(at: 0)
        let second = world.stable(at: 100, force: true).token
        #expect(world.stable(at: 129.9, force: true).token == second)
        #expect(world.stable(at: 130, force: true).token != second)
    }

    @Test func twoForcedCalls_KillALeakedTokenAtOnce() throws {
        var world = try World()
        let leaked = world.stable(at: 0).token
        _ = world.stable(at: 100, force: true)
        _ = world.stable(at: 130, force: true)
        #expect(world.errcode(of: leaked, at: 131) == 40001)
    }

    @Test func forcedCalls_AreRefused_AfterTwentyADay() throws {
        var world = try World()
        for call in 0..<20 { #expect(world.stable(at: Double(call * 30), force: true).errcode == nil) }
        #expect(world.stable(at: 600, force: true).errcode == 45009)
        #expect(world.stable(at: 601).errcode == nil, "normal calls go on")
        #expect(world.stable(at: 86_400, force: true).errcode == nil, "a new day")
    }

    @Test func revokedToken_IsReplaced_ByANormalCall() throws {
        var world = try World()
        let dead = world.stable(at: 0).token
        _ = try world.machine.revoke(World.appID)
        let next = world.stable(at: 1).token
        #expect(next != dead)
        #expect(world.errcode(of: next, at: 2) == 0)
    }
}
