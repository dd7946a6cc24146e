/// How a node gives up its lease on purpose: first no call may be in flight, then the lease goes, then the node.
///
/// From the moment it begins, the node starts no new call and does not compete for the lease.
struct Departure: Sendable {
    /// What is under way.
    private enum State {
        /// Nothing. Can transition to: `steppingDown` and `leaving` when asked.
        case none
        /// Steps down when the calls in flight are over. Can transition to: `none` then; `leaving` when asked.
        case steppingDown(Succession)
        /// Shuts down when the calls in flight are over and no lease is asked for, or at the deadline. Can transition
        /// to: `releasing` then.
        case leaving(deadline: Instant)
        /// The release is on its way; nil: it was answered, or none was needed. Can transition to: `left` when there is
        /// none to wait for, or at the deadline.
        case releasing(request: RequestID?, deadline: Instant)
        /// Everything is given up; reads go on. Can transition to: nothing.
        case left
    }

    /// To whom, and for how long not to us.
    struct Succession: Equatable, Sendable {
        var successor: NodeName?
        var isForReachability = false
        var keepsBackUntil: Instant?
    }

    /// What is to be done next.
    enum Step: Equatable {
        /// Give the lease up, and go on as a follower.
        case stepDown(Succession)
        /// Give the lease up for good; `released(by:before:)` tells how that goes on.
        case resign
        /// Nothing is left to be done.
        case leave
    }

    private var state = State.none

    /// Whether the node is about to give up its lease, or has for good.
    var isUnderWay: Bool { if case .none = state { false } else { true } }

    /// Whether the process is ending.
    var isForGood: Bool {
        switch state {
        case .none, .steppingDown: false
        case .leaving, .releasing, .left: true
        }
    }

    /// Whether the next step waits for calls in flight.
    var waitsForCalls: Bool {
        switch state {
        case .steppingDown, .leaving: true
        case .none, .releasing, .left: false
        }
    }

    /// When it goes on whatever has been answered.
    var nextWakeUp: Instant? {
        switch state {
        case .none, .steppingDown, .left: nil
        case .leaving(let deadline), .releasing(_, let deadline): deadline
        }
    }
}

extension Departure {
    /// The lease is to be given up as soon as no call is in flight.
    mutating func stepDown(_ succession: Succession = .init()) {
        if case .none = state { state = .steppingDown(succession) }
    }

    /// The process shall end, at `deadline` whatever is in flight.
    mutating func leave(by deadline: Instant) {
        if !isForGood { state = .leaving(deadline: deadline) }
    }

    /// What can be done now; nil: nothing, or nothing yet.
    /// - Parameter mayRelease: whether the lease may go, as far as what is in flight is concerned.
    mutating func next(mayRelease: Bool, at now: Instant) -> Step? {
        switch state {
        case .steppingDown(let succession) where mayRelease:
            state = .none
            return .stepDown(succession)
        case .leaving(let deadline) where mayRelease || now >= deadline:
            return .resign
        case .releasing(let request, let deadline) where request == nil || now >= deadline:
            state = .left
            return .leave
        case .none, .steppingDown, .leaving, .releasing, .left:
            return nil
        }
    }

    /// The lease is given up by this request, or there was none; what is not answered by the deadline never will be.
    mutating func released(by request: RequestID?, before deadline: Instant) {
        state = .releasing(request: request, deadline: deadline)
    }

    /// The store has answered, or failed to; whichever, the release it was about is over.
    mutating func answered(_ request: RequestID) {
        if case .releasing(request, let deadline) = state { state = .releasing(request: nil, deadline: deadline) }
    }
}
