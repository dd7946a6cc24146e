internal import Foundation
internal import KeeperCore

/// The body of `GET /status`: the cluster as one node sees it.
///
/// Tokens appear as fingerprints only. Times are relative to the answer but for `startTime`, which is for people.
struct StatusDocument: Encodable {
    /// How the cluster is, in one sentence.
    let summary: String
    let level: Level
    let node: Node
    let leader: String?
    let epoch: UInt64
    let ready: Bool
    let reasons: [String]
    let redis: String
    let redisCode: String?
    /// Why Redis refuses and what to do about it, in one sentence.
    let redisReason: String?
    /// What was found in Redis within the last minute as no node has written it.
    let redisSpoiled: [String]
    let syncAgeMs: Int64?
    let stale: Bool
    /// What is left of a maintenance pause, in which nobody takes the lease by itself; nil if there is none.
    let pausedMs: Int64?
    let nodes: [Member]
    let apps: [App]
    let counters: Counters

    /// How much attention `summary` asks for.
    enum Level: String, Encodable {
        /// Nobody needs to look.
        case well
        /// Tokens are served, but an operator should look.
        case attention
        /// This node should not be asked for tokens.
        case bad
    }

    /// The node that answers.
    struct Node: Encodable {
        let name: String
        let incarnation: String
        let address: String
        let role: String
        let leaseLeftMs: Int64?
        let quietLeftMs: Int64?
        let uptimeSeconds: Int64
    }

    /// A node with a living member record.
    struct Member: Encodable {
        let name: String
        let incarnation: String
        let address: String
        let epochSeen: UInt64
        let draining: Bool
        /// `fit`, `unfit` or `unknown`: whether it reaches WeChat, by its own word.
        let wechat: String
        let leader: Bool
        /// What was found at its address: see `Neighbour.Finding.word`; nil of the node that answers.
        let found: String?
        /// What is wrong with that, for a person; nil if nothing is.
        let trouble: String?
    }

    /// One app.
    struct App: Encodable {
        let appid: String
        let line: String
        let well: Bool
        /// `well`, or what is wrong, for a person.
        let state: String
        let version: UInt64
        let epoch: UInt64
        let fingerprint: String?
        let secondsLeft: Int64?
        let lifeSeconds: Int64?
        let ageSeconds: Int64?
        let uncertain: Bool
        let trouble: Failure?
        let nextAttemptSeconds: Int64?
        let rotationsToday: Int
        let externalRotations: ExternalRotationCount?
    }

    /// What a program outside the cluster has done to an app.
    struct ExternalRotationCount: Encodable {
        let count: Int
        let ageSeconds: Int64
    }

    /// Why the last attempt to fetch a token failed.
    struct Failure: Encodable {
        let errcode: Int?
        let summary: String
    }

    /// What the node has counted since it started; the first five are those of the system it replaces.
    struct Counters: Encodable {
        let startTime: String
        let timerRuns: Int
        /// The least that any token has left; nil while there is none.
        let secondsLeft: Int64?
        let refreshesDone: Int
        let refreshesFailed: Int
        let terms: Int
        let unknownCalls: Int
        let stalePublications: Int
        let externalRotations: Int
        let restorations: Int
        let refreshesAsked: Int
        let forwards: Int
        let renewalsFailed: Int
        let storeClockSteps: Int
    }
}

extension StatusDocument {
    /// Shows `status` as it is at `date`.
    init(_ status: NodeStatus, at date: Date) {
        let health = status.health
        (level, summary) = Self.verdict(status)
        node = Node(
            name: status.holder.node.rawValue, incarnation: status.holder.incarnation.rawValue,
            address: status.holder.address, role: health.role.rawValue,
            leaseLeftMs: health.leaseLeft.map { $0.atLeastZero.milliseconds },
            quietLeftMs: status.quietLeft?.milliseconds, uptimeSeconds: status.uptime.wholeSeconds)
        leader = health.leader?.rawValue
        epoch = health.epoch.rawValue
        ready = health.isReady
        reasons = health.reasonsNotReady.map(\.rawValue)
        redis = health.store
        redisCode = health.storeRefusal?.code
        redisReason = health.storeRefusal.map { "\($0.reason); \($0.deed)" }
        redisSpoiled = status.spoiled.map(\.description)
        syncAgeMs = health.syncAge?.milliseconds
        stale = health.isStale
        pausedMs = status.pauseLeft?.milliseconds
        let findings = Dictionary(
            status.neighbours.map { ($0.holder, $0.finding) }, uniquingKeysWith: { first, _ in first })
        nodes = status.members.map { Member($0, leader: health.leader, finding: findings[$0.holder]) }
        apps = status.apps.map(App.init)
        counters = Counters(
            status.counters, startTime: date.addingTimeInterval(-status.uptime.inSeconds),
            secondsLeft: apps.compactMap(\.secondsLeft).min())
    }

    private static func verdict(_ status: NodeStatus) -> (Level, String) {
        let health = status.health
        guard health.isReady else {
            let refusal = health.storeRefusal.map { [$0.description] } ?? []
            let reasons = (health.reasonsNotReady.map(\.sentence) + refusal).joined(separator: "; ")
            return (.bad, "This node is not ready: \(reasons)")
        }
        if let refusal = health.storeRefusal { return (.attention, refusal.description) }
        if health.leader == nil {
            let pause = status.pauseLeft == nil ? "" : ", and takeovers are paused"
            return (.attention, "Nobody leads right now\(pause); tokens are served from memory")
        }
        if health.isStale { return (.attention, "This node cannot confirm that it is up to date") }
        if !health.isStoreReachable { return (.attention, "Redis does not answer; tokens are served from memory") }
        let concerns = concerns(status)
        guard concerns.isEmpty else { return (.attention, concerns.joined(separator: ". ")) }
        return (.well, health.appCount == 1 ? "The app is well" : "All \(health.appCount) apps are well")
    }

    /// What an operator should look at while this node serves and is in step: all of it, since none explains the rest.
    private static func concerns(_ status: NodeStatus) -> [String] {
        let health = status.health
        var concerns: [String] = []
        if health.illCount > 0 {
            let verb = health.illCount == 1 ? "needs" : "need"
            concerns.append("\(health.illCount) of \(health.appCount) apps \(verb) attention")
        }
        let troubled = status.neighbours.compactMap { neighbour in
            neighbour.finding.trouble.map { "Node \(neighbour.holder.node): \($0)" }
        }
        if let first = troubled.first {
            let others = troubled.count - 1
            concerns.append(first + (others == 0 ? "" : "; and \(others) more node\(others == 1 ? "" : "s")"))
        }
        if let left = status.pauseLeft { concerns.append("Takeovers are paused for another \(left.wholeSeconds) s") }
        return concerns
    }
}

extension StatusDocument.Member {
    fileprivate init(_ member: Member, leader: NodeName?, finding: Neighbour.Finding?) {
        self.init(
            name: member.holder.node.rawValue, incarnation: member.holder.incarnation.rawValue,
            address: member.holder.address, epochSeen: member.epochSeen.rawValue, draining: member.isDraining,
            wechat: "\(member.reachability)", leader: member.holder.node == leader, found: finding?.word,
            trouble: finding?.trouble)
    }
}

extension Neighbour.Finding {
    /// The same for machines.
    fileprivate var word: String {
        switch self {
        case .unknown: "unknown"
        case .sameApps: "same-apps"
        case .otherApps: "other-apps"
        case .answeredBy: "another-node"
        case .silent: "silent"
        }
    }

    /// What is wrong, for a person.
    fileprivate var trouble: String? {
        switch self {
        case .unknown, .sameApps: nil
        case .otherApps(let difference): "keeps other apps: \(difference.sentence)"
        case .answeredBy(let other): "at its address \(other.node) answers"
        case .silent: "not reached at its address"
        }
    }
}

extension StatusDocument.App {
    fileprivate init(_ app: AppStatus) {
        self.init(
            appid: app.app.rawValue, line: app.line.name, well: app.isWell, state: app.sentence,
            version: app.version, epoch: app.epoch.rawValue, fingerprint: app.fingerprint?.rawValue,
            secondsLeft: app.left.map { $0.atLeastZero.wholeSeconds }, lifeSeconds: app.life?.wholeSeconds,
            ageSeconds: app.age?.wholeSeconds, uncertain: app.isUncertain,
            trouble: app.trouble.map { StatusDocument.Failure(errcode: $0.errcode, summary: $0.summary) },
            nextAttemptSeconds: app.nextAttempt.map { $0.atLeastZero.wholeSeconds },
            rotationsToday: app.rotationsToday,
            externalRotations: app.externalRotations.map {
                StatusDocument.ExternalRotationCount(count: $0.count, ageSeconds: $0.age.wholeSeconds)
            })
    }
}

extension AppStatus {
    /// How the app is, for a person.
    fileprivate var sentence: String {
        var parts = isWell ? ["well"] : []
        if (left ?? .zero) <= .zero { parts.append("no valid token") }
        if isUncertain { parts.append("uncertain") }
        if let trouble { parts.append(trouble.summary) }
        if let externalRotations { parts.append(externalRotations.sentence) }
        return parts.joined(separator: "; ")
    }
}

extension ExternalRotations {
    /// What an external program has done, for a person.
    var sentence: String {
        let times = count == 1 ? "once" : "\(count) times, the last"
        return "a program outside the cluster has ended its token \(times) \(age.wholeSeconds) s ago"
    }
}

extension StatusDocument.Counters {
    fileprivate init(_ counters: Counters, startTime: Date, secondsLeft: Int64?) {
        self.init(
            startTime: startTime.formatted(.iso8601), timerRuns: counters.ticks, secondsLeft: secondsLeft,
            refreshesDone: counters.refreshesDone, refreshesFailed: counters.refreshesFailed, terms: counters.terms,
            unknownCalls: counters.unknownCalls, stalePublications: counters.stalePublications,
            externalRotations: counters.externalRotations, restorations: counters.restorations,
            refreshesAsked: counters.refreshesAsked, forwards: counters.forwards,
            renewalsFailed: counters.renewalsFailed, storeClockSteps: counters.storeClockSteps)
    }
}
