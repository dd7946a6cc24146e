internal import KeeperCore
internal import KeeperPorts

/// Decides what becomes of requests that are not about a token: of operators, and of whoever starts and ends the node.
///
/// What the node itself must decide it is told; what else a request takes, and how long the asker waits at most, is
/// decided here. Everybody is answered once: all that wait when the node ends, and later ones at once.
struct PendingRequests: Sendable {
    enum Request: Equatable, Sendable {
        /// Give the lease up, to the node named if one is; done when another holds it, and given up after
        /// `longestHandover`.
        case handover(to: NodeName?)
        /// Keep everybody from taking the lease for so long; nil ends that.
        case pause(Duration?)
        /// Give the lease up for good; done when it is, and every call is over.
        case departure
        /// Done when the node knows what the cluster knows; given up after the limit.
        case firstRead(within: Duration)
    }

    enum Event: Equatable, Sendable {
        case asked(WaiterID, Request)
        /// A command is over: what hindered it, if anything did.
        case replied(WaiterID, StoreError?)
        /// The node gives its lease up this moment.
        case releases
        /// The node has given up all it is to give up.
        case left
        /// The node has looked at an event.
        case turned(Situation)
        /// The node handles no more events. Whose name another has taken has nothing to take back.
        case ended(isNameTaken: Bool)
    }

    /// How a node is.
    struct Situation: Equatable, Sendable {
        /// Who leads, if it is another.
        var successor: LeaderHint?
        /// Whether everything the store holds was read once.
        var hasReadStore: Bool
    }

    enum Action: Equatable, Sendable {
        /// Tell the node.
        case tell(NodeEvent)
        /// Ask the store; who asked for it waits for the reply, nobody else does.
        case perform(LeaseCommand, for: WaiterID?, before: Instant)
        case answer(WaiterID, Answer)
    }

    enum Answer: Equatable, Sendable {
        /// It is done, or given up.
        case over
        case handedOver(CompletedHandover)
        case failed(StoreError)
    }

    /// Longer than others keep back for a successor that does not come (`Handover.preference`) and then need to follow.
    static let longestHandover: Duration = .seconds(8)

    private struct Wait {
        let waiter: WaiterID
        let request: Request
        let until: Instant?
    }

    private let commandTimeout: Duration
    private var waits: [Wait] = []
    /// When the lease was last given up, or was to be.
    private var releasedAt = Instant.origin
    private var hasLeft = false
    private var hasEnded = false

    init(commandTimeout: Duration) { self.commandTimeout = commandTimeout }

    /// Whether nobody waits; then nothing comes of it that the node turns.
    var isEmpty: Bool { waits.isEmpty }

    /// When somebody has waited long enough.
    var nextWakeUp: Instant? { waits.lazy.compactMap(\.until).min() }

    mutating func handle(_ event: Event, at now: Instant) -> [Action] {
        switch event {
        case .asked(let waiter, let request): return begin(request, of: waiter, at: now)
        case .replied(let waiter, let error):
            return answer(error.map(Answer.failed) ?? .over) { $0.waiter == waiter }
        case .releases:
            releasedAt = now
            return []
        case .left:
            hasLeft = true
            return answer(.over) { $0.request == .departure }
        case .turned(let situation): return settle(situation, at: now)
        case .ended(let isNameTaken):
            (hasLeft, hasEnded) = (true, true)
            // Whether a command has run that is still on its way, nobody will know.
            let failures = answer(.failed(.timedOut)) { if case .pause = $0.request { true } else { false } }
            let answers = failures + answer(.over) { _ in true }
            return isNameTaken ? answers : answers + [.perform(.leave, for: nil, before: now + commandTimeout)]
        }
    }

    private mutating func begin(_ request: Request, of waiter: WaiterID, at now: Instant) -> [Action] {
        if hasEnded, case .pause = request {
            return [.answer(waiter, .failed(.unreachable(reason: "this node has ended")))]
        }
        guard !hasEnded, request != .departure || !hasLeft else { return [.answer(waiter, .over)] }
        var until: Instant?
        let action: Action
        switch request {
        case .handover(let successor):
            until = now + Self.longestHandover
            // If the lease is lost while calls in flight are waited for, nothing is released any more.
            releasedAt = now
            action = .tell(.handoverAsked(to: successor))
        case .pause(let duration):
            action = .perform(.pause(for: duration), for: waiter, before: now + commandTimeout)
        case .departure: action = .tell(.leaveAsked)
        case .firstRead(let limit):
            until = now + limit
            action = .tell(.woke)
        }
        waits.append(Wait(waiter: waiter, request: request, until: until))
        return [action]
    }

    private mutating func settle(_ situation: Situation, at now: Instant) -> [Action] {
        var answers: [Action] = []
        if let leader = situation.successor {
            let handover = CompletedHandover(leader: leader, gap: now - releasedAt)
            answers += answer(.handedOver(handover)) { if case .handover = $0.request { true } else { false } }
        }
        if situation.hasReadStore {
            answers += answer(.over) { if case .firstRead = $0.request { true } else { false } }
        }
        return answers + answer(.over) { $0.until.map { $0 <= now } ?? false }
    }

    /// Nobody waits who is answered.
    private mutating func answer(_ answer: Answer, where isAnswered: (Wait) -> Bool) -> [Action] {
        let answered = waits.filter(isAnswered)
        waits.removeAll(where: isAnswered)
        return answered.map { .answer($0.waiter, answer) }
    }
}
