import Testing

@testable import KeeperCore

/// How many apps may call at once, and whose turn it is; and to whom a request belongs.
@Suite struct CallSlotsTests {
    @Test func freedSlot_GoesToThoseWhoWait_InTurn() {
        var slots = CallSlots(apps: 4)
        for app in [1, 3] { slots.wait(app) }
        #expect(next(&slots) == nil, "nothing has become free")
        for _ in 0..<3 {
            slots.book(0, .fetching)
            slots.book(0, .storing)
        }
        #expect(next(&slots) == 1)
        #expect(next(&slots) == 3)
        slots.look(1)
        #expect(next(&slots) == 3 && !slots.isWaiting(1) && slots.isWaiting(3))
    }

    private func next(_ slots: inout CallSlots) -> Int? { slots.nextInTurn() }

    @Test func callsAreCounted_AndThoseWhoAreBusy() {
        var slots = CallSlots(apps: CallSlots.most + 1)
        for app in 0..<CallSlots.most { slots.book(app, .verifying) }
        #expect(!slots.hasFree && slots.taken == CallSlots.most && !slots.isAnyoneBusy)
        slots.book(0, .fetching)
        #expect(!slots.hasFree && slots.isAnyoneBusy)
        slots.book(0, .storing)
        #expect(slots.hasFree && slots.isAnyoneBusy)
        slots.book(0, .idle)
        #expect(!slots.isAnyoneBusy && slots.taken == CallSlots.most - 1)
    }

    @Test func outbox_RemembersWhoseARequestIs_AndWhomACallerWaitsFor() {
        var out = Outbox()
        out.speak(for: 3)
        let permit = CallPermit(epoch: Epoch(1), deadline: .seconds(1))
        let call = out.call(.wx1, .classic, permit)
        let reach = out.reach(before: .seconds(1))
        out.speak(for: 5)
        let probe = out.probe(.wx1, Token("t1"), permit)
        for (waiter, app) in [(1, 3), (2, 5)] { out.admit(WaiterID(UInt64(waiter)), to: app) }
        out.rearrange([3: 0])
        let owners = [call, call, reach, probe].map { out.close($0) }
        #expect(owners == [0, nil, nil, nil], "once, the node's own are nobody's, and what is gone has none")
        #expect(out.waiterCount == 1)
        out.answer(WaiterID(1), .tooSoon(retryAfter: .zero))
        #expect(out.waiterCount == 0)
        let left = out.dismiss(WaiterID(1))
        #expect(left == nil)
    }
}
