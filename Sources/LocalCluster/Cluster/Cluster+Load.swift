package import ClusterObservation

extension Cluster {
    /// Callers, half of whom keep their connection and half of whom make a new one each time.
    package static let readers = 20
    /// Together 200 reads a second.
    package static let readPause = Duration.milliseconds(100)
    package static let reporters = 2
    package static let reportPause = Duration.milliseconds(300)

    /// Runs `body` while callers read and report tokens through the load balancer; returns what they got.
    package func underLoad(_ body: (Load) async throws -> Void) async throws -> Load {
        let load = Load()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<Self.readers { group.addTask { try await readOn(load, number) } }
            for number in 0..<Self.reporters { group.addTask { try await reportOn(load, number) } }
            defer { group.cancelAll() }
            try await eventually("the load has begun") { load.tally.reads > Self.readers * 2 }
            try await body(load)
            load.end()
            // Whoever still waits gets an answer, so that nobody's failure goes uncounted.
            try await group.waitForAll()
        }
        return load
    }

    private func readOn(_ load: Load, _ number: Int) async throws {
        var turn = number
        var next = ContinuousClock.now + Self.readPause * number / Self.readers
        let apps = plan.servedApps
        while !load.isOver {
            try await pace(until: next)
            // Making a connection is a part of the read that needs it.
            var start = max(next, .now)
            // A connection that broke is made anew; the failure is counted all the same.
            do {
                try await Connection.open(to: front) { connection in
                    while true {
                        next = max(next + Self.readPause, .now)
                        turn += 1
                        let app = apps[turn % apps.count]
                        guard try await read(app, on: &connection, since: start, load) else { throw NoAnswer() }
                        guard number.isMultiple(of: 2), !load.isOver else { return }
                        try await pace(until: next)
                        start = .now
                    }
                }
            } catch is NoAnswer {
                // Counted already.
            } catch _ where !Task.isCancelled {
                next = max(next + Self.readPause, .now)
                load.note(.failure(since: start))
            }
        }
    }

    /// Returns whether the connection can go on.
    private func read(
        _ app: ClusterPlan.App, on connection: inout Connection, since start: ContinuousClock.Instant, _ load: Load
    ) async throws -> Bool {
        let question = Question.get("/token?appid=\(app.id)", key: secrets.shop)
        let answer = try? await connection.ask(question, within: .seconds(10))
        try Task.checkCancellation()
        load.note(
            Load.Read(
                app: app.id, start: start, end: .now, status: answer?.status, node: answer?.node,
                token: answer?.token, life: answer?.token.map(life)))
        return answer != nil && answer?.isLast != true
    }

    /// Names the current token, which lives, so that nothing is to be replaced.
    private func reportOn(_ load: Load, _ number: Int) async throws {
        let app = plan.servedApps[number % plan.servedApps.count]
        // In turn, so that a pause between two answers is the cluster's and not theirs.
        try await pace(until: .now + Self.reportPause * number / Self.reporters)
        while !load.isOver {
            let next = ContinuousClock.now + Self.reportPause
            let start = ContinuousClock.now
            if let token = try? await token(of: app) {
                let answer = try? await refresh(app, reporting: token, at: front)
                try Task.checkCancellation()
                load.note(
                    Load.Report(
                        start: start, end: .now, status: answer?.status, node: answer?.node,
                        life: answer?.token.map(life), reason: answer?.status == 200 ? nil : answer?.body))
            } else {
                try Task.checkCancellation()
                load.note(.failure(since: start))
            }
            try await pace(until: next)
        }
    }
}

extension Load.Read {
    /// A read for which there was not even a connection.
    fileprivate static func failure(since start: ContinuousClock.Instant) -> Self {
        Self(app: "", start: start, end: .now, status: nil, node: nil, token: nil, life: nil)
    }
}
