/// Who holds or seeks the lease: one incarnation of one node, and where the others reach it.
///
/// It stands in every record, member and hint, and never changes: so it is shared, not copied, and equal by its parts.
public final class LeaseHolder: Hashable, Sendable, CustomStringConvertible {
    /// The node's stable name.
    public let node: NodeName
    /// This start of the node.
    public let incarnation: Incarnation
    /// Base URL under which other nodes reach it (`node.advertise`).
    public let address: String

    /// Describes one running node.
    public init(node: NodeName, incarnation: Incarnation, address: String) {
        self.node = node
        self.incarnation = incarnation
        self.address = address
    }

    /// Name and incarnation, for the log.
    public var description: String { "\(node) (\(incarnation))" }

    /// Whether both are the same process, wherever it is reached.
    public static func == (left: LeaseHolder, right: LeaseHolder) -> Bool {
        left === right
            || (left.incarnation == right.incarnation && left.node == right.node && left.address == right.address)
    }

    /// Hashes what tells processes apart.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(node)
        hasher.combine(incarnation)
        hasher.combine(address)
    }
}

/// The persistent record of the lease.
///
/// It outlives the lock, so that a successor sees the last renewal.
public struct LeaseRecord: Hashable, Sendable {
    /// Number of the term.
    public var epoch: Epoch
    /// Whose term it is or was.
    public var holder: LeaseHolder
    /// Counts the renewals of the term, from 1.
    public var sequence: UInt64
    /// Whether the holder's own quiet period was over at its last renewal: then every call of an earlier term is over,
    /// but for those whose intent or uncertainty still stands.
    public var isActive: Bool
    /// How the term was ended before its time; nil if it was not.
    public var release: LeaseRelease?

    /// Describes a term.
    public init(
        epoch: Epoch, holder: LeaseHolder, sequence: UInt64, isActive: Bool = false, release: LeaseRelease? = nil
    ) {
        self.epoch = epoch
        self.holder = holder
        self.sequence = sequence
        self.isActive = isActive
        self.release = release
    }
}

extension LeaseRecord {
    /// Whether its holder gave way to a node that reaches WeChat.
    var isLeftForReachability: Bool {
        if case .handedOver(let handover) = release { handover.isForReachability } else { false }
    }
}

/// How a term was ended before the lease ran out.
public enum LeaseRelease: Hashable, Sendable {
    /// By its holder.
    indirect case handedOver(Handover)
    /// By the parent of the holder's process, which has seen it end: no code of that incarnation runs any more. What it
    /// had given to the kernel may still travel.
    case holderDied
}

/// What a holder leaves to whoever follows.
public struct Handover: Hashable, Sendable {
    /// How long a successor must still wait before its first rotating call.
    public var left: Duration
    /// The node that shall follow: the others keep back for `preference`, each by its own clock.
    public var successor: NodeName?
    /// Whether the holder gave way because it does not reach WeChat and another does.
    public var isForReachability: Bool

    /// How long a named successor has to take the lease before anybody else may.
    public static let preference: Duration = .seconds(3)

    /// Describes a handover to whoever comes first, unless told otherwise.
    public init(left: Duration, successor: NodeName? = nil, isForReachability: Bool = false) {
        self.left = left
        self.successor = successor
        self.isForReachability = isForReachability
    }
}

/// A renewal that somebody has seen: which one, not when.
public struct ObservedRenewal: Hashable, Sendable {
    /// The term.
    public let epoch: Epoch
    /// The renewal within it.
    public let sequence: UInt64

    /// Names the `sequence`th renewal of a term.
    public init(epoch: Epoch, sequence: UInt64) {
        self.epoch = epoch
        self.sequence = sequence
    }

    /// The renewal a record shows.
    public init(_ record: LeaseRecord) { self.init(epoch: record.epoch, sequence: record.sequence) }
}
