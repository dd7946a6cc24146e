internal import KeeperCore

/// The body of `/readyz`; with the members of a failure where the node is not ready.
struct ReadinessDocument: Encodable {
    let ready: Bool
    let reasons: [String]
    /// Apps without a valid token, at most `NodeHealth.mostIll`.
    ///
    /// They take no node out.
    let degraded: [String]
    let errcode: Int?
    let errmsg: String?

    init(_ health: NodeHealth) {
        ready = health.isReady
        reasons = health.reasonsNotReady.map(\.rawValue)
        degraded = health.ill.filter { $0.left <= .zero }.map(\.app.rawValue)
        errcode = ready ? nil : 503
        errmsg = ready ? nil : "not ready: \(health.reasonsNotReady.map(\.sentence).joined(separator: "; "))"
    }
}

/// The body of `/health`.
struct HealthDocument: Encodable {
    struct Apps: Encodable {
        let total: Int
        let well: Int
        let ill: [Ill]
    }

    struct Ill: Encodable {
        let appid: String
        /// 0 if there is no valid token.
        let secondsLeft: Int64
        let uncertain: Bool
        let errcode: Int?
    }

    let node: String
    let ready: Bool
    let reasons: [String]
    let role: String
    let leader: String?
    let epoch: UInt64
    let leaseLeftMs: Int64?
    let redis: String
    /// Why Redis refuses, in one word for machines.
    let redisCode: String?
    let syncAgeMs: Int64?
    let stale: Bool
    let apps: Apps

    init(_ health: NodeHealth) {
        node = health.node.rawValue
        ready = health.isReady
        reasons = health.reasonsNotReady.map(\.rawValue)
        role = health.role.rawValue
        leader = health.leader?.rawValue
        epoch = health.epoch.rawValue
        leaseLeftMs = health.leaseLeft.map { $0.atLeastZero.milliseconds }
        redis = health.store
        redisCode = health.storeRefusal?.code
        syncAgeMs = health.syncAge?.milliseconds
        stale = health.isStale
        let ill = health.ill.prefix(NodeHealth.mostIll).map { app in
            Ill(
                appid: app.app.rawValue, secondsLeft: app.left.wholeSeconds, uncertain: app.isUncertain,
                errcode: app.errcode)
        }
        apps = Apps(total: health.appCount, well: health.appCount - health.illCount, ill: ill)
    }
}

extension NodeHealth {
    /// How the store is, in one word.
    var store: String {
        if storeRefusal != nil { return "refusing" }
        return isStoreReachable ? "reachable" : "unreachable"
    }
}

extension NodeHealth.ReasonNotReady {
    /// The same for a person.
    var sentence: String {
        switch self {
        case .draining: "it is shutting down"
        case .stuck: "its loop does not turn"
        case .starting: "it has not read the store yet"
        case .appsNotAskedYet: "some app has never been asked for"
        case .noValidToken: "no app has a valid token"
        case .outOfStep: "it is out of step with the cluster"
        }
    }
}
