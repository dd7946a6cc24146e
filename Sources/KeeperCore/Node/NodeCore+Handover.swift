/// What an operator may ask of a leader.
public enum HandoverOrder: Equatable, Sendable {
    /// Whoever leads at this node gives the lease up, to anybody.
    case stepDown
    /// The leader of this name hands over, to the node named or to the one that is fittest.
    case switchover(leader: NodeName, successor: NodeName?)
}

/// Why a handover was not begun.
///
/// Each case has an HTTP status of its own.
public enum HandoverRefusal: Error, Equatable, Sendable {
    /// This node does not lead; whom it believes to. Ask that one.
    case notLeader(LeaderHint?)
    /// The leader named is not the leader; whom this node believes to be it.
    case otherLeader(LeaderHint?)
    /// The node named, or every other node, cannot follow: why.
    case cannotFollow(node: NodeName?, reason: Obstacle)

    /// What keeps a node from following.
    public enum Obstacle: Equatable, Sendable {
        /// It has no living member record.
        case absent
        /// It is the leader itself.
        case leads
        /// It is shutting down.
        case draining
        /// It does not reach WeChat.
        case doesNotReachWeChat
        /// Takeovers are paused, and nobody was named.
        case paused
    }
}

extension NodeCore {
    /// Whom the lease would be handed to: nil leaves it to whoever comes first.
    /// - Throws: why it will not be.
    public func successor(by order: HandoverOrder, at now: Instant) throws(HandoverRefusal) -> NodeName? {
        let leader = leader(at: now)
        let isOurs = leader?.holder == holder
        switch order {
        case .stepDown:
            guard isOurs else { throw .notLeader(leader) }
            // Nobody would take it, so the cluster would be without a leader until the pause ends.
            guard !lock.isPaused else { throw .cannotFollow(node: nil, reason: .paused) }
            return nil
        case .switchover(let named, let successor):
            guard leader?.holder.node == named else { throw .otherLeader(leader) }
            guard isOurs else { throw .notLeader(leader) }
            guard let successor else {
                guard let fittest = fittest(atLeast: .unknown) else {
                    throw .cannotFollow(node: nil, reason: .absent)
                }
                return fittest
            }
            if let obstacle = obstacle(to: successor) { throw .cannotFollow(node: successor, reason: obstacle) }
            return successor
        }
    }

    private func obstacle(to node: NodeName) -> HandoverRefusal.Obstacle? {
        guard node != holder.node else { return .leads }
        guard let member = sync.members.first(where: { $0.holder.node == node }) else { return .absent }
        if member.isDraining { return .draining }
        return member.reachability == .unfit ? .doesNotReachWeChat : nil
    }
}
