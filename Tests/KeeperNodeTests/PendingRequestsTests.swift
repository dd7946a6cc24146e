import KeeperCore
import KeeperPorts
import Testing

@testable import KeeperNode

/// Who waits for what, how long at most, and what comes of it.
@Suite struct PendingRequestsTests {
    private static let start = Instant.origin + .seconds(100)
    private static let timeout = Duration.seconds(1)
    private static let leader = LeaderHint(holder: .n2, epoch: Epoch(6))
    private static let alone = PendingRequests.Situation(successor: nil, hasReadStore: false)

    private func waiting(for request: PendingRequests.Request) -> (PendingRequests, [PendingRequests.Action]) {
        var requests = PendingRequests(commandTimeout: Self.timeout)
        let actions = requests.handle(.asked(WaiterID(1), request), at: Self.start)
        return (requests, actions)
    }

    /// What is done at once about each request, and when its asker is answered whatever happens.
    @Test(arguments: [
        (
            PendingRequests.Request.handover(to: NodeName("n2")),
            PendingRequests.Action.tell(.handoverAsked(to: NodeName("n2"))), Duration?.some(.seconds(8))
        ),
        (.departure, .tell(.leaveAsked), nil),
        (.firstRead(within: .seconds(2)), .tell(.woke), .seconds(2)),
        (.pause(.seconds(60)), .perform(.pause(for: .seconds(60)), for: WaiterID(1), before: start + timeout), nil),
        (.pause(nil), .perform(.pause(for: nil), for: WaiterID(1), before: start + timeout), nil),
    ])
    func request_IsActedOn(
        _ request: PendingRequests.Request, _ action: PendingRequests.Action, _ limit: Duration?
    ) {
        var (requests, actions) = waiting(for: request)
        #expect(actions == [action])
        #expect(requests.nextWakeUp == limit.map { Self.start + $0 })
        #expect(
            requests.handle(.turned(Self.alone), at: Self.start + (limit ?? .seconds(3600)) - .milliseconds(1)) == [])
        guard let limit else { return #expect(!requests.isEmpty) }
        #expect(requests.handle(.turned(Self.alone), at: Self.start + limit) == [.answer(WaiterID(1), .over)])
        #expect(requests.isEmpty && requests.nextWakeUp == nil)
    }

    @Test func handover_IsDoneWhenAnotherLeads_AndTellsForHowLongNobodyDid() {
        var (requests, _) = waiting(for: .handover(to: nil))
        #expect(requests.handle(.releases, at: Self.start + .seconds(1)) == [])
        let read = PendingRequests.Situation(successor: nil, hasReadStore: true)
        #expect(requests.handle(.turned(read), at: Self.start + .seconds(1)) == [])
        let led = PendingRequests.Situation(successor: Self.leader, hasReadStore: true)
        let handover = CompletedHandover(leader: Self.leader, gap: .milliseconds(250))
        #expect(
            requests.handle(.turned(led), at: Self.start + .milliseconds(1250))
                == [.answer(WaiterID(1), .handedOver(handover))])
        #expect(requests.handle(.turned(led), at: Self.start + .seconds(2)) == [])
    }

    /// The lease was lost while the calls in flight were waited for, so nothing was released for this handover.
    @Test func gapOfALeaseThatWasLost_CountsFromTheOrder() {
        var requests = PendingRequests(commandTimeout: Self.timeout)
        _ = requests.handle(.releases, at: Self.start - .seconds(50))
        _ = requests.handle(.asked(WaiterID(1), .handover(to: nil)), at: Self.start)
        let led = PendingRequests.Situation(successor: Self.leader, hasReadStore: true)
        let handover = CompletedHandover(leader: Self.leader, gap: .seconds(2))
        let actions = requests.handle(.turned(led), at: Self.start + .seconds(2))
        #expect(actions == [.answer(WaiterID(1), .handedOver(handover))])
    }

    @Test func firstRead_IsDoneWhenTheStoreWasRead_WhoeverLeads() {
        var (requests, _) = waiting(for: .firstRead(within: .seconds(2)))
        let led = PendingRequests.Situation(successor: Self.leader, hasReadStore: false)
        #expect(requests.handle(.turned(led), at: Self.start) == [])
        let read = PendingRequests.Situation(successor: nil, hasReadStore: true)
        #expect(requests.handle(.turned(read), at: Self.start) == [.answer(WaiterID(1), .over)])
    }

    @Test(arguments: [nil, StoreError.timedOut, .unreachable(reason: "nobody there")])
    func pause_IsAnsweredAsTheStoreDoes(_ error: StoreError?) {
        var (requests, _) = waiting(for: .pause(.seconds(60)))
        #expect(requests.handle(.replied(WaiterID(2), nil), at: Self.start) == [], "another's")
        let answer = error.map(PendingRequests.Answer.failed) ?? .over
        #expect(requests.handle(.replied(WaiterID(1), error), at: Self.start) == [.answer(WaiterID(1), answer)])
    }

    @Test func departure_IsDoneWhenAllIsGivenUp_AndFromThenOnAtOnce() {
        var (requests, _) = waiting(for: .departure)
        _ = requests.handle(.asked(WaiterID(2), .departure), at: Self.start)
        #expect(
            requests.handle(.left, at: Self.start)
                == [.answer(WaiterID(1), .over), .answer(WaiterID(2), .over)])
        #expect(requests.handle(.asked(WaiterID(3), .departure), at: Self.start) == [.answer(WaiterID(3), .over)])
        #expect(requests.handle(.asked(WaiterID(4), .firstRead(within: .seconds(1))), at: Self.start) == [.tell(.woke)])
    }

    @Test(arguments: [
        (PendingRequests.Request.handover(to: nil), PendingRequests.Answer.over, PendingRequests.Answer.over),
        (.departure, .over, .over), (.firstRead(within: .seconds(2)), .over, .over),
        // Nobody must take for done what was perhaps never sent.
        (.pause(nil), .failed(.timedOut), .failed(.unreachable(reason: "this node has ended"))),
    ])
    func end_AnswersEverybody_AndTakesTheNameBack(
        _ request: PendingRequests.Request, _ answer: PendingRequests.Answer, _ later: PendingRequests.Answer
    ) {
        var (requests, _) = waiting(for: request)
        var others = requests
        let farewell = PendingRequests.Action.perform(.leave, for: nil, before: Self.start + Self.timeout)
        #expect(
            requests.handle(.ended(isNameTaken: false), at: Self.start) == [.answer(WaiterID(1), answer), farewell])
        #expect(requests.handle(.asked(WaiterID(2), request), at: Self.start) == [.answer(WaiterID(2), later)])
        #expect(
            others.handle(.ended(isNameTaken: true), at: Self.start) == [.answer(WaiterID(1), answer)],
            "the name is another's")
    }
}
