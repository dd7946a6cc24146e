/// The drills, as they are called on the command line.
package enum DrillName: String, CaseIterable, Sendable {
    case killLeader = "kill-leader"
    case pauseLeader = "pause-leader"
    case stepDown = "step-down"
    case switchover
    case redisDown = "redis-down"
    case redisEmpty = "redis-empty"
    case cutLeaderFromRedis = "cut-leader-from-redis"
    case cutLeaderFromWeChat = "cut-leader-from-wechat"
    case weChatDown = "wechat-down"
    case stampede
    case rollingRestart = "rolling-restart"

    /// Stands for every drill that can be run.
    package static let all = "all"

    /// What is done.
    package var summary: String {
        switch self {
        case .killLeader: "The process of the leader is killed; its supervisor sees it and starts it again."
        case .pauseLeader: "The leader is frozen for ten seconds, and wakes up after its lease is over."
        case .stepDown: "An operator asks the leader to hand over to anyone."
        case .switchover: "An operator asks the leader to hand over to one named node."
        case .redisDown: "Redis is killed for some seconds, and comes back with all it knew."
        case .redisEmpty: "Redis is killed for some seconds, and comes back knowing nothing."
        case .cutLeaderFromRedis: "The network between the leader and Redis swallows everything."
        case .cutLeaderFromWeChat: "The network between the leader and WeChat swallows everything."
        case .weChatDown: "WeChat answers nobody while a token falls due."
        case .stampede: "Two hundred callers report one token at the same moment, through every node."
        case .rollingRestart: "Every node is stopped properly and started again, one after the other."
        }
    }

    /// The drills that `names` ask for, each once, in the order in which they were named.
    /// - Throws: `UnknownDrill` for the first name that is none.
    package static func chosen(by names: [String]) throws(UnknownDrill) -> [DrillName] {
        var chosen: [DrillName] = []
        for name in names {
            let meant: [DrillName]
            if name == all {
                meant = allCases
            } else if let drill = DrillName(rawValue: name) {
                meant = [drill]
            } else {
                throw UnknownDrill(name: name)
            }
            for drill in meant where !chosen.contains(drill) { chosen.append(drill) }
        }
        return chosen
    }

    /// Every drill with what it does and what it promises.
    package static var list: String {
        let rows = allCases.map { name in
            "  \(name.rawValue)\n      \(name.summary)\n      \(Drill(name).promise.sentence)"
        }
        return """
            \(rows.joined(separator: "\n"))
              \(all)
                  All of them, one after the other.

            Always promised: no read fails, no caller gets a dead token, no two calls of WeChat overlap.
            """
    }
}

/// A name that no drill has.
package struct UnknownDrill: Error {
    package let name: String
}
