import Testing

@testable import KeeperCore

/// What the store refuses, as long as it is there to refuse it.
@Suite struct StoreRefusalTests {
    private let full = StoreRefusal(code: "OOM", reason: "it is full", deed: "free it")

    private func notices(_ out: inout Outbox) -> [Notice] {
        out.drain().compactMap { if case .note(let notice) = $0 { notice } else { nil } }
    }

    @Test func refusal_IsToldOnce_AndAgainOnlyWhenItChanges() {
        var sync = StoreSync(period: .seconds(1), seed: 1)
        var out = Outbox()
        for second in 1...5 {
            sync.noteReply(.rejected(full), of: .tick, at: .seconds(Double(second)), into: &out)
        }
        #expect(notices(&out) == [.store(.refuses(full))])
        let other = StoreRefusal(code: "READONLY", reason: "it copies", deed: "name the other")
        sync.noteReply(.rejected(other), of: .tick, at: .seconds(6), into: &out)
        #expect(notices(&out) == [.store(.refuses(other))])
        sync.noteReply(nil, of: .tick, at: .seconds(7), into: &out)
        #expect(notices(&out) == [.store(.reachable)])
        #expect(sync.refusal == nil && sync.isReachable == true)
    }

    @Test(arguments: [StoreError.unreachable(reason: "refused"), .timedOut])
    func storeThatDies_RefusesNothingAnyMore(error: StoreError) {
        var sync = StoreSync(period: .seconds(1), seed: 1)
        var out = Outbox()
        sync.noteReply(.rejected(full), of: .tick, at: .seconds(1), into: &out)
        #expect(notices(&out) == [.store(.refuses(full))])
        for second in 2...4 { sync.noteReply(error, of: .tick, at: .seconds(Double(second)), into: &out) }
        #expect(notices(&out) == [.store(.unreachable(error))])
        #expect(sync.refusal == nil && sync.isReachable == false)
    }
}
