/// Something that a person should look at, as it is at one moment.
public struct Alarm: Hashable, Sendable {
    /// The app it is about; nil: the node that says so.
    public var app: AppID?
    /// What is wrong.
    public var reason: Reason

    /// What is wrong, with all that is known of it.
    public enum Reason: Hashable, Sendable {
        /// There is no token within its life.
        case noToken
        /// WeChat refuses what is configured, and is asked no more than once an hour until that changes. A new leader
        /// knows it after its own first call.
        case stopped(Trouble)
        /// The last attempt to fetch failed.
        case failing(Trouble)
        /// A program outside the cluster has ended the token, not long ago.
        case externalRotation(ExternalRotations)
        /// No node leads although the store answers, so nothing can be fetched.
        case noLeader
        /// The store does not answer.
        case storeUnreachable
        /// The store answers with an error.
        case storeRefuses(StoreRefusal)
        /// The node should not be asked for tokens.
        case notReady([NodeHealth.ReasonNotReady])
        /// The node keeps other apps than the leader, which alone can fetch tokens for them.
        case appsDiffer(leader: NodeName, difference: AppsDifference)
        /// Where another member says it is reached, somebody else is; so it gets no report of a dead token.
        case wrongAddress(of: LeaseHolder, answeredBy: LeaseHolder)
    }

    /// One word for each reason, for machines; the gravest first.
    public enum Kind: String, Comparable, Sendable, CaseIterable {
        case notReady = "not-ready"
        case storeUnreachable = "redis-unreachable"
        case storeRefuses = "redis-refusing"
        case noLeader = "no-leader"
        case noToken = "no-token"
        case wrongAddress = "wrong-address"
        case appsDiffer = "apps-differ"
        case stopped
        case externalRotation = "external-rotation"
        case failing

        /// Whether the left one is the graver.
        public static func < (left: Kind, right: Kind) -> Bool { left.rank < right.rank }

        private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    /// What stays the same as long as an alarm goes on.
    public struct ID: Hashable, Comparable, Sendable {
        /// The app; nil: the node.
        public let app: AppID?
        /// The word for the reason.
        public let kind: Kind

        /// Names an alarm.
        public init(app: AppID?, kind: Kind) {
            self.app = app
            self.kind = kind
        }

        /// The gravest first.
        public static func < (left: ID, right: ID) -> Bool {
            (left.kind, left.app?.rawValue ?? "") < (right.kind, right.app?.rawValue ?? "")
        }
    }

    /// Describes an alarm.
    public init(_ app: AppID?, _ reason: Reason) {
        self.app = app
        self.reason = reason
    }

    /// The alarm apart from its details.
    public var id: ID { ID(app: app, kind: kind) }

    /// WeChat's code, where it gave one.
    public var errcode: Int? {
        switch reason {
        case .stopped(let trouble), .failing(let trouble): trouble.errcode
        case .noToken, .externalRotation, .noLeader, .storeUnreachable, .storeRefuses, .notReady, .appsDiffer,
            .wrongAddress:
            nil
        }
    }

    /// The word for its reason.
    public var kind: Kind {
        switch reason {
        case .noToken: .noToken
        case .stopped: .stopped
        case .failing: .failing
        case .externalRotation: .externalRotation
        case .noLeader: .noLeader
        case .storeUnreachable: .storeUnreachable
        case .storeRefuses: .storeRefuses
        case .notReady: .notReady
        case .appsDiffer: .appsDiffer
        case .wrongAddress: .wrongAddress
        }
    }
}

/// All that is wrong in the eyes of one node.
public struct NodeAlarms: Equatable, Sendable {
    /// The term it leads.
    ///
    /// Of apps only the leader speaks, so that each alarm comes from one node.
    public var term: Epoch?
    /// What is wrong, nothing twice.
    public var alarms: [Alarm]
    /// Tickets of which nothing is said, since their app has no token to fetch them with.
    public var covered: Set<AppID>

    /// Describes what is wrong.
    public init(term: Epoch?, alarms: [Alarm], covered: Set<AppID> = []) {
        self.term = term
        self.alarms = alarms
        self.covered = covered
    }
}
