import Testing

@testable import WeChatSimulator

@Suite struct LogTests {
    @Test func record_TellsACallFromArrivalToEnd() throws {
        var world = try World()
        let caller = SimulatedWeChat.Caller(address: "10.0.0.1", node: "a", epoch: "7", debug: "drill")
        let call = world.machine.arrive(.token(World.credentials), from: caller, at: .milliseconds(10))
        let token = try #require(Answer(world.machine.process(call, at: .milliseconds(20)).body).token)
        world.machine.finish(call.sequence, as: .answered, at: .milliseconds(30))
        world.machine.finish(call.sequence, as: .abandoned, at: .milliseconds(40))
        let record = try #require(world.machine.calls().first)
        #expect(record.sequence == 1)
        #expect(record.caller == caller)
        #expect(record.startedAt == .milliseconds(10))
        #expect(record.processedAt == .milliseconds(20))
        #expect(record.endedAt == .milliseconds(30))
        #expect(record.ending == .answered)
        #expect(record.outcome == .issued)
        #expect(record.fingerprint == Fingerprint.of(token))
    }

    @Test func callAbandonedWhileItWaits_EndsWithItsEffect() throws {
        var world = try World()
        _ = try world.machine.arm(.init(.delay, delayBefore: .seconds(1)), times: 1)
        let call = world.machine.arrive(.token(World.credentials), from: .init(address: "a"), at: .seconds(0))
        world.machine.finish(call.sequence, as: .abandoned, at: .seconds(0.5))
        #expect(world.machine.calls().first?.endedAt == nil)
        _ = world.machine.process(call, at: .seconds(1))
        #expect(world.machine.calls().first?.endedAt == .seconds(1))
        #expect(world.machine.calls().first?.outcome == .issued)
    }

    @Test func log_ForgetsTheOldest_AndGoesOnCounting() throws {
        var world = try World(calls: 4)
        for second in 1...10 { _ = world.classic(at: Double(second)) }
        #expect(world.machine.calls().map(\.sequence) == [7, 8, 9, 10])
        #expect(world.machine.calls(after: 8).map(\.sequence) == [9, 10])
        #expect(world.machine.calls(after: 0, limit: 2).map(\.sequence) == [7, 8])
        #expect(world.machine.calls(appID: "other").isEmpty)
        #expect(world.machine.lastSequence == 10)
        world.machine.finish(3, as: .reset, at: .seconds(11))
        #expect(world.machine.calls().allSatisfy { $0.ending == .answered })
    }

    /// Intervals of calls as start and end, and the pairs that overlap.
    struct Row: Sendable {
        let intervals: [(start: Int, end: Int?)]
        let pairs: [[Int]]

        static let all: [Row] = [
            Row(intervals: [(0, 1), (1, 2), (2, 3)], pairs: []),
            Row(intervals: [(0, 2), (1, 3)], pairs: [[1, 2]]),
            Row(intervals: [(0, 10), (1, 2), (3, 4)], pairs: [[1, 2], [1, 3]]),
            Row(intervals: [(0, nil), (5, 6)], pairs: [[1, 2]]),
            Row(intervals: [(0, 3), (1, 4), (2, 5)], pairs: [[1, 2], [1, 3], [2, 3]]),
        ]
    }

    @Test(arguments: Row.all)
    func overlapsOfOneApp_AreFound(row: Row) {
        let records = row.intervals.enumerated().map { index, interval in
            record(index + 1, "wx1", from: interval.start, to: interval.end)
        }
        #expect(SimulatedWeChat.overlaps(in: records).map { [$0.first, $0.second] } == row.pairs)
    }

    @Test func overlaps_AreNotCounted_BetweenAppsOrWithAnExternalProgram() {
        let records = [
            record(1, "wx1", from: 0, to: 9), record(2, "wx2", from: 1, to: 9),
            record(3, "wx1", from: 2, to: 2, isExternal: true),
        ]
        #expect(SimulatedWeChat.overlaps(in: records).isEmpty)
    }

    @Test func rotatingScope_CountsCallsThatMayStillIssue_AndNoRefusals() {
        let records = [
            record(1, "wx1", from: 0, to: 9, outcome: nil), record(2, "wx1", from: 1, to: 9),
            record(3, "wx1", from: 2, to: 9, outcome: .refused(40125)),
        ]
        #expect(SimulatedWeChat.overlaps(in: records, scope: .issued).isEmpty)
        #expect(SimulatedWeChat.overlaps(in: records, scope: .rotating).map { [$0.first, $0.second] } == [[1, 2]])
    }

    private func record(
        _ sequence: Int,
        _ appID: String,
        from start: Int,
        to end: Int?,
        outcome: SimulatedWeChat.Outcome? = .issued,
        isExternal: Bool = false
    ) -> SimulatedWeChat.CallRecord {
        var record = SimulatedWeChat.CallRecord(
            sequence: sequence,
            request: .token(World.credentials),
            appID: appID,
            caller: .init(address: "a"),
            fault: nil,
            isExternal: isExternal,
            at: .seconds(Double(start))
        )
        record.endedAt = end.map { .seconds(Double($0)) }
        record.outcome = outcome
        return record
    }
}

@Suite struct FaultBoardTests {
    @Test func fault_StrikesOnlyWhatItNames_AndAsOftenAsAsked() throws {
        var world = try World()
        let error = WeChatError(code: -1, text: "system error")
        _ = try world.machine.arm(.init(.error(error)), appID: World.appID, endpoint: .token, times: 2)
        #expect(world.stable(at: 0).errcode == nil)
        #expect(world.classic(at: 1).errmsg?.hasPrefix("system error rid: ") == true)
        #expect(world.classic(at: 2).errcode == -1)
        #expect(world.classic(at: 3).errcode == nil)
        #expect(world.machine.armedFaults.isEmpty)
        #expect(world.machine.calls().filter { $0.outcome == .issued }.count == 2)
    }

    @Test func fault_StrikesUntilItIsCleared() throws {
        var world = try World()
        let id = try world.machine.arm(.init(.emptyToken))
        for second in 0..<5 { #expect(world.classic(at: Double(second)).token?.isEmpty == true) }
        #expect(world.machine.clearFaults(appID: "other") == 0)
        #expect(world.machine.clearFaults(id: id) == 1)
        #expect(world.classic(at: 6).token?.isEmpty == false)
    }

    @Test func firstMatchingFault_IsTheOnlyOneToStrike() throws {
        var world = try World()
        _ = try world.machine.arm(.init(.emptyToken), times: 1)
        _ = try world.machine.arm(.init(.expiresIn("0")), times: 1)
        #expect(world.classic(at: 0).expiresIn == 7200)
        let second = world.classic(at: 1)
        #expect(second.expiresIn == 0)
        #expect(second.token?.isEmpty == false)
    }

    @Test func errorThatHidesAnIssue_IsLoggedAsAnIssue() throws {
        var world = try World()
        let busy = WeChatError(code: -1, text: "system error")
        _ = try world.machine.arm(.init(.error(busy), processes: true), times: 1)
        #expect(world.classic(at: 0).errcode == -1)
        #expect(world.machine.calls().first?.outcome == .issued)
    }

    @Test(arguments: [
        ("0", #","expires_in":0}"#), ("-1", #","expires_in":-1}"#), (#""7200""#, #","expires_in":"7200"}"#),
        ("1e400", #","expires_in":1e400}"#), (nil, #""}"#),
    ])
    func expiresIn_IsWrittenAsTheFaultSays(text: String?, ending: String) throws {
        var world = try World()
        _ = try world.machine.arm(.init(.expiresIn(text)), times: 1)
        #expect(world.classic(at: 0).body.hasSuffix(ending))
    }
}

@Suite struct SmallPartsTests {
    /// The examples of FIPS 180-4, and lengths around the padding's edge, computed with sha256sum.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func sha256_GivesThePublishedDigests(text: String, digest: String) {
        #expect(Fingerprint.sha256(Array(text.utf8)) == digest)
    }

    @Test func sha256_GivesThePublishedDigest_OfAMillionLetters() {
        let digest = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        #expect(Fingerprint.sha256([UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)) == digest)
    }

    @Test func errorText_IsEscaped() {
        let body = WeChatError(code: 1, text: "a \"quote\", a \\ and a \n").body(rid: "r")
        #expect(Answer(body).errmsg == "a \"quote\", a \\ and a \n rid: r")
    }
}
