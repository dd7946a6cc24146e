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
        /// WeChat refuses what is configured, and is asked no more than once an hour until that changes.
        case stopped(Trouble)
        /// The last attempt to fetch failed, and the next is under way.
        case failing(Trouble)
        /// A program outside the cluster has ended the token, the last time less than `OverwritePace.window` ago.
        case overwritten(Overwrites)
        /// No node leads, so nothing can be fetched.
        case noLeader
        /// The store does not answer.
        case storeUnreachable
        /// The node should not be asked for tokens.
        case notReady([NodeHealth.ReasonNotReady])
    }

    /// One word for each reason, for machines.
    public enum Kind: String, Comparable, Sendable, CaseIterable {
        case noToken = "no-token"
        case stopped, failing, overwritten
        case noLeader = "no-leader"
        case storeUnreachable = "redis-unreachable"
        case notReady = "not-ready"

        public static func < (left: Kind, right: Kind) -> Bool { left.rawValue < right.rawValue }
    }

    /// What stays the same as long as an alarm goes on.
    public struct ID: Hashable, Comparable, Sendable {
        /// The app; nil: the node.
        public let app: AppID?
        /// The word for the reason.
        public let kind: Kind

        /// What concerns the node comes first.
        public static func < (left: ID, right: ID) -> Bool {
            (left.app?.rawValue ?? "", left.kind) < (right.app?.rawValue ?? "", right.kind)
        }
    }

    /// Describes an alarm.
    public init(_ app: AppID?, _ reason: Reason) {
        self.app = app
        self.reason = reason
    }

    /// The alarm apart from its details.
    public var id: ID { ID(app: app, kind: kind) }

    /// The word for its reason.
    public var kind: Kind {
        switch reason {
        case .noToken: .noToken
        case .stopped: .stopped
        case .failing: .failing
        case .overwritten: .overwritten
        case .noLeader: .noLeader
        case .storeUnreachable: .storeUnreachable
        case .notReady: .notReady
        }
    }
}

/// All that is wrong in the eyes of one node.
public struct NodeAlarms: Equatable, Sendable {
    /// The term it leads. Of apps only the leader speaks, so that each alarm comes from one node.
    public var term: Epoch?
    /// What is wrong, nothing twice.
    public var alarms: [Alarm]

    /// Describes what is wrong.
    public init(term: Epoch?, alarms: [Alarm]) {
        self.term = term
        self.alarms = alarms
    }
}

extension NodeCore {
    /// What a person should look at.
    public func alarms(at now: Instant) -> NodeAlarms {
        let isLeader = elector.isLeader(at: now)
        var alarms: [Alarm] = []
        if !isDraining {
            if sync.isReachable == false { alarms.append(Alarm(nil, .storeUnreachable)) }
            if leaderName(at: now) == nil { alarms.append(Alarm(nil, .noLeader)) }
            let reasons = reasonsNotReady(at: now)
            if !reasons.isEmpty { alarms.append(Alarm(nil, .notReady(reasons))) }
        }
        guard isLeader else { return NodeAlarms(term: nil, alarms: alarms) }
        for index in refreshers.indices { refreshers[index].addAlarms(at: now, to: &alarms) }
        return NodeAlarms(term: elector.term?.epoch, alarms: alarms)
    }
}

extension Refresher {
    fileprivate func addAlarms(at now: Instant, to alarms: inout [Alarm]) {
        if wasAskedFor, !hasToken(at: now) { alarms.append(Alarm(app.id, .noToken)) }
        if let trouble = knowledge.trouble {
            alarms.append(Alarm(app.id, isStopped ? .stopped(trouble) : .failing(trouble)))
        }
        if let overwrites = knowledge.overwrites(at: now), overwrites.age < OverwritePace.window {
            alarms.append(Alarm(app.id, .overwritten(overwrites)))
        }
    }
}
