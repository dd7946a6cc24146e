import ClusterObservation
import Testing
import WeChatSimulator

/// Each fault as a caller sees it, and whether a token was issued behind it.
@Suite struct LiveFaultTests {
    private typealias Fault = SimulatedWeChat.Fault

    /// Arms one fault for one fetch.
    private func withFault(
        _ fault: SimulatedWeChat.Fault,
        _ body: (LiveWorld) async throws -> Void
    ) async throws {
        try await withLiveWorld { world in
            try world.server.arm(fault, appID: World.appID, endpoint: .token, times: 1)
            try await body(world)
            #expect(try await world.fetch().answer.token != nil, "the fault is spent")
        }
    }

    private func firstCall(_ world: LiveWorld) throws -> SimulatedWeChat.CallRecord {
        try #require(world.server.calls().first)
    }

    @Test func delayBefore_PutsOffTheIssue() async throws {
        try await withFault(.init(.delay, delayBefore: .milliseconds(150))) { world in
            let reply = try await world.fetch()
            #expect(reply.answer.token != nil)
            let call = try firstCall(world)
            let processed = try #require(call.processedAt)
            #expect(processed - call.startedAt >= .milliseconds(150))
        }
    }

    @Test func delayBefore_IssuesAlthoughTheCallerHasLeft() async throws {
        try await withFault(.init(.delay, delayBefore: .seconds(2))) { world in
            let reply = try await world.fetchAndLeave()
            #expect(reply.ending == .gaveUp)
            try await eventually("it is processed") { try firstCall(world).endedAt != nil }
            let call = try firstCall(world)
            #expect(call.ending == .abandoned)
            #expect(call.outcome == .issued)
            #expect(call.endedAt == call.processedAt)
        }
    }

    @Test func delayAfter_PutsOffTheAnswer() async throws {
        try await withFault(.init(.delay, delayAfter: .milliseconds(150))) { world in
            let reply = try await world.fetch()
            #expect(reply.answer.token != nil)
            let call = try firstCall(world)
            let (processed, ended) = (try #require(call.processedAt), try #require(call.endedAt))
            #expect(ended - processed >= .milliseconds(150))
        }
    }

    @Test(arguments: [(Fault.Kind.hang, false), (.lostAnswer, true)])
    func silence_LastsUntilTheCallerLeaves(kind: SimulatedWeChat.Fault.Kind, issues: Bool) async throws {
        try await withFault(.init(kind)) { world in
            let reply = try await world.fetchAndLeave { $0.outcome == (issues ? .issued : nil) }
            #expect(reply.ending == .gaveUp)
            #expect(reply.text.isEmpty)
            try await eventually("the call ends") { try firstCall(world).ending == .abandoned }
            #expect(try firstCall(world).outcome == (issues ? .issued : nil))
        }
    }

    @Test(arguments: [(Fault.Kind.resetBefore, false), (.resetAfter, true)])
    func reset_IsATrueReset(kind: SimulatedWeChat.Fault.Kind, issues: Bool) async throws {
        try await withFault(.init(kind)) { world in
            let reply = try await world.fetch()
            #expect(reply.ending == .reset)
            #expect(reply.text.isEmpty)
            let call = try firstCall(world)
            #expect(call.ending == .reset)
            #expect(call.outcome == (issues ? .issued : nil))
        }
    }

    @Test func error_IsToldInWeChatsWords() async throws {
        let busy = WeChatError(code: -1, text: "system error")
        try await withFault(.init(.error(busy))) { world in
            let reply = try await world.fetch()
            #expect(reply.status == 200)
            #expect(reply.answer.errcode == -1)
            #expect(try firstCall(world).outcome == .refused(-1))
        }
    }

    @Test func truncatedAnswer_IsHalfOfWhatWasAnnounced() async throws {
        try await withFault(.init(.truncated)) { world in
            let reply = try await world.fetch()
            let announced = try #require(reply.header("Content-Length").flatMap { Int($0) })
            #expect(reply.body.utf8.count == announced / 2)
            #expect(reply.ending == .closed)
            #expect(try firstCall(world).ending == .cut)
            #expect(try firstCall(world).outcome == .issued)
        }
    }

    @Test func hugeAnswer_ComesInChunks_AndIsJSON() async throws {
        try await withFault(.init(.huge(bytes: 3_000_000))) { world in
            let reply = try await world.fetch()
            #expect(reply.header("Content-Length") == nil)
            #expect(reply.header("Transfer-Encoding") == "chunked")
            #expect(reply.body.utf8.count > 2_900_000)
        }
    }

    @Test func hugeAnswer_EndsWhenTheCallerHasHadEnough() async throws {
        try await withFault(.init(.huge(bytes: 100_000_000))) { world in
            let reply = try await world.client.send("GET", LiveWorld.tokenPath, upTo: 1_000_000)
            #expect(reply.ending == .gaveUp)
            try await eventually("the call ends") { try firstCall(world).ending == .abandoned }
        }
    }

    @Test(arguments: [(Fault.Kind.html, 200), (.status(502), 502), (.status(503), 503)])
    func page_IsGivenInsteadOfJSON(kind: SimulatedWeChat.Fault.Kind, status: Int) async throws {
        try await withFault(.init(kind)) { world in
            let reply = try await world.fetch()
            #expect(reply.status == status)
            #expect(reply.header("Content-Type") == "text/html")
            #expect(reply.body.hasPrefix("<html>"))
            #expect(try firstCall(world).outcome == nil)
        }
    }

    @Test func page_CanHideAnIssue() async throws {
        try await withFault(.init(.status(504), processes: true)) { world in
            let reply = try await world.fetch()
            #expect(reply.status == 504)
            #expect(try firstCall(world).outcome == .issued)
        }
    }

    @Test func emptyAnswer_HasStatus200() async throws {
        try await withFault(.init(.empty)) { world in
            let reply = try await world.fetch()
            #expect(reply.status == 200)
            #expect(reply.header("Content-Length") == "0")
            #expect(reply.body.isEmpty)
        }
    }

    @Test func drippingAnswer_TakesItsTime_AndIsWhole() async throws {
        try await withFault(.init(.drip(every: .milliseconds(2)))) { world in
            let reply = try await world.fetch()
            #expect(reply.answer.token != nil)
            let call = try firstCall(world)
            let ended = try #require(call.endedAt)
            #expect(ended - call.startedAt >= .milliseconds(2 * reply.body.utf8.count))
        }
    }

    @Test func drippingAnswer_EndsWhenTheCallerLeaves() async throws {
        try await withFault(.init(.drip(every: .milliseconds(50)))) { world in
            let reply = try await world.fetchAndLeave()
            #expect(reply.ending == .gaveUp)
            #expect(reply.answer.token == nil)
            try await eventually("the call ends") { try firstCall(world).ending == .abandoned }
        }
    }

    @Test(arguments: [("0", "0"), ("-1", "-1"), ("\"7200\"", "\"7200\""), ("1e400", "1e400")])
    func expiresIn_MayBeOdd(text: String, shown: String) async throws {
        try await withFault(.init(.expiresIn(text))) { world in
            let reply = try await world.fetch()
            #expect(reply.body.hasSuffix("\"expires_in\":\(shown)}"))
        }
    }

    @Test func emptyToken_IsGiven() async throws {
        try await withFault(.init(.emptyToken)) { world in
            let reply = try await world.fetch()
            #expect(reply.body == #"{"access_token":"","expires_in":7200}"#)
            #expect(try firstCall(world).outcome == .issued)
        }
    }
}
