internal import ClusterObservation
internal import LocalCluster
internal import Subprocess

// What happens to the leader.
extension DrillScene {
    func killLeader() async throws {
        let leader = try await cluster.awaitLeader()
        let killed = journal.fault("\(leader.name) is killed (SIGKILL)")
        try leader.send(.kill)
        try await takeover(from: leader, since: killed)
        try await refreshIsAnswered(since: killed)
        try await eventually("\(leader.name) is started again") { await leader.status("/livez") == 200 }
        journal.healed("\(leader.name) is up again")
        try await cluster.awaitHealth()
    }

    func pauseLeader() async throws {
        let leader = try await cluster.awaitLeader()
        let frozen = journal.fault("\(leader.name) is frozen (SIGSTOP)")
        try leader.send(.suspend)
        try await takeover(from: leader, since: frozen)
        try await hold("the leader stands still for ten seconds", for: frozen + .seconds(10) - .now)
        let calls = checker.calls(by: leader)
        journal.healed("\(leader.name) wakes (SIGCONT)")
        try leader.send(.resume)
        try await eventually("the old leader follows", within: .seconds(2)) { await leader.status("/follower") == 200 }
        try await refreshIsAnswered(since: frozen)
        try await cluster.awaitHealth()
        if checker.calls(by: leader) != calls { journal.find("the leader that was frozen called WeChat afterwards") }
    }

    func stepDown() async throws {
        let leader = try await cluster.awaitLeader()
        let asked = journal.fault("\(leader.name) is asked to step down")
        async let answer = cluster.operate("step-down", [:], at: leader.port)
        let successor = try await takeover(from: leader, since: asked)
        journal.healed("\(successor.name) leads")
        let status = try await answer.status
        if status != 200 { journal.find("step-down was answered \(status)") }
        try await refreshIsAnswered(since: asked)
    }

    func switchOver() async throws {
        let leader = try await cluster.awaitLeader()
        guard let candidate = cluster.nodes.last(where: { $0 !== leader }) else { return }
        let asked = journal.fault("\(leader.name) is asked to hand over to \(candidate.name)")
        let fields = ["leader": leader.name, "candidate": candidate.name]
        async let answer = cluster.operate("switchover", fields, at: leader.port)
        let successor = try await takeover(from: leader, since: asked)
        journal.healed("\(successor.name) leads")
        if successor !== candidate { journal.find("\(successor.name) leads, and not \(candidate.name)") }
        let status = try await answer.status
        if status != 200 { journal.find("switchover was answered \(status)") }
        try await refreshIsAnswered(since: asked)
    }

    func rollingRestart() async throws {
        for node in cluster.nodes {
            let (process, led) = (try node.process, await node.leads())
            let asked = journal.fault("\(node.name) is stopped (SIGTERM)")
            try node.askToLeave()
            if led { try await takeover(from: node, since: asked) }
            let ending = try await process.ended(within: .seconds(10))
            if ending != .exited(0) { journal.find("\(node.name) ended with \(ending)") }
            try await node.start()
            journal.healed("\(node.name) is started again")
            try await cluster.awaitHealth()
        }
    }
}
