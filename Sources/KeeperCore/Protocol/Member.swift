/// What one node tells the others with every tick.
///
/// The record vanishes `LeaseTiming.memberTTL` after the last tick.
public struct Member: Hashable, Sendable {
    /// Who it is and where it is reached.
    public var holder: LeaseHolder
    /// Counts the ticks of this incarnation; an advance proves it is alive.
    public var beat: UInt64
    /// Newest term it knows.
    public var epochSeen: Epoch
    /// Whether it is shutting down.
    public var isDraining: Bool
    /// Whether it reaches WeChat.
    public var reachability: Reachability
    /// What it keeps, in one word; nil if it does not tell.
    public var apps: AppsDigest?
    /// Whether all it knows is what it found in the store, so that it vouches for nothing.
    public var isCold: Bool

    /// Whether a node reaches WeChat, as it says itself; the better, the greater.
    public enum Reachability: UInt8, Comparable, Sendable {
        /// It does not, or gave way a short while ago because it did not.
        case unfit
        /// It has not tried lately.
        case unknown
        /// It has reached it within the last minute.
        case fit

        /// Less fit is less.
        public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }

    /// Describes a member of the cluster.
    public init(
        holder: LeaseHolder, beat: UInt64, epochSeen: Epoch, isDraining: Bool, reachability: Reachability = .unknown,
        apps: AppsDigest? = nil, isCold: Bool = false
    ) {
        self.holder = holder
        self.beat = beat
        self.epochSeen = epochSeen
        self.isDraining = isDraining
        self.reachability = reachability
        self.apps = apps
        self.isCold = isCold
    }
}
