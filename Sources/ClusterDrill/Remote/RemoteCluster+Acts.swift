internal import ClusterObservation

extension RemoteCluster {
    /// Looks, does it, looks again; ends at the first failed read.
    func rehearse(_ name: DrillName, _ apps: [String], _ load: Load, _ journal: DrillJournal) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await eventually("reads are answered") { load.tally.reads >= Self.readers }
                try await hold("the cluster is watched before", for: Self.calm)
                try await act(name, apps, load, journal)
                try await hold("the cluster is watched afterwards", for: Self.calm)
            }
            group.addTask {
                try await eventually("a read fails", within: .seconds(3600)) { load.tally.failedReads > 0 }
                journal.find("aborted: a read failed")
            }
            defer { group.cancelAll() }
            do {
                try await group.next()
            } catch let late as NotInTime {
                journal.find(late.description)
            } catch let failure as InquiryFailure {
                journal.find(failure.message)
            }
        }
    }

    private func act(_ name: DrillName, _ apps: [String], _ load: Load, _ journal: DrillJournal) async throws {
        switch name {
        case .stampede:
            journal.fault("\(Self.callers) callers report a live token")
            try await stampede(reporting: apps[0], on: load, journal)
            journal.healed("everybody has an answer")
        case .switchover:
            journal.fault("the leader is asked to hand over to a named node")
            let candidate = try await inquiry.status().meaning.nodes.last { !$0.leader && !$0.draining }?.name
            guard let candidate else { return journal.find("there is nobody to hand over to") }
            let answer = try await askingTheLeader { try await inquiry.switchover(to: candidate) }
            journal.note(answer.meaning)
            if answer.meaning.leader != candidate { journal.find("\(answer.meaning.leader) leads, not \(candidate)") }
            journal.healed("\(answer.meaning.leader) leads")
        case .stepDown:
            journal.fault("the leader is asked to step down")
            let answer = try await askingTheLeader { try await inquiry.stepDown() }
            journal.note(answer.meaning)
            journal.healed("\(answer.meaning.leader) leads")
        case .killLeader, .pauseLeader, .redisDown, .redisEmpty, .cutLeaderFromRedis, .cutLeaderFromWeChat,
            .weChatDown, .rollingRestart:
            journal.find(name.refusal(isMeant: true) ?? "it is not run here")
        }
    }

    /// Behind a load balancer every node gets its turn, so the leader does; the key goes nowhere but to the URL given.
    private func askingTheLeader<Value>(_ ask: () async throws -> Value) async throws -> Value {
        let turns = try await inquiry.status().meaning.nodes.count
        for _ in 1..<max(turns, 1) {
            do {
                return try await ask()
            } catch let failure as InquiryFailure where failure.answered == 421 {
                continue
            }
        }
        return try await ask()
    }
}

extension DrillJournal {
    /// Nobody led for so long; an older node only says how long the whole of it took.
    fileprivate func note(_ handover: HandoverReport) {
        note(handover.leader, leadsAfter: .milliseconds(handover.gapMs ?? handover.tookMs))
    }
}
