internal import ClusterObservation

extension RemoteCluster {
    /// Few enough to disturb nobody: together twenty reads a second.
    static var readers: Int { 4 }
    private static var readPause: Duration { .milliseconds(200) }
    /// The status of a cluster with many apps is long.
    private static var lookPause: Duration { .seconds(1) }
    /// Of one stampede.
    static var callers: Int { 200 }

    func stampede(reporting app: String, on load: Load, _ journal: DrillJournal) async throws {
        guard let token = try await inquiry.token(app).meaning.accessToken else {
            return journal.find("there is no token of \(app) to report")
        }
        let tokens = await withTaskGroup(of: String?.self) { group in
            for _ in 0..<Self.callers {
                group.addTask {
                    let start = ContinuousClock.now
                    let answer = try? await inquiry.refresh(app, refused: token).meaning
                    load.note(
                        Load.Report(start: start, end: .now, status: answer == nil ? nil : 200))
                    return answer?.accessToken
                }
            }
            return await group.reduce(into: Set<String>()) { if let token = $1 { $0.insert(token) } }
        }
        if tokens.subtracting([token]) != [] { journal.find("a live token was replaced") }
    }

    /// The apps that the key may read, of the first twenty.
    func readableApps() async -> [String] {
        var readable: [String] = []
        for app in known.apps.prefix(20) where await isReadable(app) { readable.append(app) }
        return readable
    }

    private func isReadable(_ app: String) async -> Bool {
        (try? await inquiry.token(app))?.meaning.accessToken != nil
    }

    func read(_ apps: [String], on load: Load, _ number: Int) async throws {
        var turn = number
        while !load.isOver {
            turn += 1
            let (start, app) = (ContinuousClock.now, apps[turn % apps.count])
            let answer = try? await inquiry.token(app).meaning
            try Task.checkCancellation()
            load.note(
                Load.Read(
                    app: app, start: start, end: .now, status: answer == nil ? nil : 200, node: nil,
                    token: answer?.accessToken, life: nil))
            try await pace(until: start + Self.readPause)
        }
    }

    /// Sees what one node says of all.
    func look(_ watch: LeaderWatch) async throws {
        while true {
            if let status = try? await inquiry.status().meaning {
                for node in status.nodes { watch.note(node.name, node.name == status.leader ? .leads : .follows) }
            }
            try await letPass(Self.lookPause)
        }
    }
}
