internal import ClusterObservation
internal import LocalCluster

/// Runs drills, each on a private cluster of its own, so that what one breaks the next does not inherit.
package struct DrillRunner: Sendable {
    /// How long the cluster is watched before the fault and after everything is whole again.
    private static let calm = Duration.seconds(2)

    /// The path of this very program.
    let program: String
    let progress: any DrillProgress

    package init(program: String, progress: any DrillProgress) {
        self.program = program
        self.progress = progress
    }

    /// Does one drill and judges it.
    ///
    /// Afterwards nothing of its cluster is left.
    package func run(_ name: DrillName) async throws -> DrillResult {
        let drill = Drill(name)
        let outcome = try await Cluster.with(drill.plan, program: program) { cluster in
            do {
                try await cluster.start()
            } catch let error where !Task.isCancelled {
                for node in cluster.nodes { progress.tell(node.log.lastLines(5)) }
                return DrillResult.Outcome(findings: ["there was no steady state to begin with: \(error)"])
            }
            do {
                return try await rehearse(drill, on: cluster)
            } catch let error where !Task.isCancelled {
                return DrillResult.Outcome(findings: ["the drill itself failed: \(error)"])
            }
        }
        return DrillResult(name: name, promise: drill.promise, outcome: outcome)
    }

    private func rehearse(_ drill: Drill, on cluster: Cluster) async throws -> DrillResult.Outcome {
        let (watch, journal, checker) = (LeaderWatch(), DrillJournal(), Checker(cluster))
        var (start, end) = (ContinuousClock.now, ContinuousClock.now)
        let load = try await cluster.underLoad { load in
            start = .now
            let scene = DrillScene(cluster: cluster, load: load, journal: journal, checker: checker, watch: watch)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await watch.run(on: cluster) }
                group.addTask { await progress.follow(load, watch, journal) }
                defer { group.cancelAll() }
                try await perform(drill, scene)
            }
            end = .now
        }
        var timeline = Timeline(from: start, to: end, load, watch)
        journal.mark(&timeline, since: start)
        timeline.add(cluster, since: start, revoked: journal.revoked(since: start))
        var figures = Figures(load, checker, since: journal.firstFault ?? start)
        (figures.takeover, figures.stalled) = (journal.worstTakeover?.took, journal.worstTakeover?.stalled ?? .zero)
        return DrillResult.Outcome(figures: figures, findings: journal.findings, timeline: timeline)
    }

    /// Looks, does the fault, looks again; stops at the first sign of harm and makes everything whole.
    private func perform(_ drill: Drill, _ scene: DrillScene) async throws {
        do {
            try await Harm.watch(scene.load, overlaps: { scene.checker.overlaps }) {
                try await scene.checkSteadiness()
                try await hold("the cluster is watched before the fault", for: Self.calm)
                try await drill.act(scene)
                try await hold("the cluster is watched after the fault", for: Self.calm)
            }
        } catch let harm as Harm {
            scene.journal.find("aborted: \(harm)")
            await mend(scene)
        } catch let error where !Task.isCancelled {
            scene.journal.find("\(error)")
            await mend(scene)
        }
    }

    /// As far as it goes: what cannot be mended ends with the cluster.
    private func mend(_ scene: DrillScene) async {
        try? await scene.cluster.mend()
        scene.journal.healed("the drill is aborted, everything is made whole")
        try? await scene.cluster.awaitHealth(within: .seconds(10))
        try? await hold("the cluster is watched after the fault", for: Self.calm)
    }
}

/// A caller or WeChat was hurt.
struct Harm: Error, CustomStringConvertible {
    let description: String

    /// The first thing wrong, if anything is.
    init?(_ load: Load, overlaps: Int) {
        if let read = load.firstFailure {
            description = "a read failed: \(read.answer)"
        } else if load.tally.deadTokens > 0 {
            description = "a caller got a dead token"
        } else if overlaps > 0 {
            description = "two calls of WeChat overlapped"
        } else {
            return nil
        }
    }

    /// Runs `body`, and ends it at the first sign of harm, which it throws.
    static func watch(
        _ load: Load, overlaps: @escaping @Sendable () -> Int, while body: @escaping @Sendable () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await body() }
            group.addTask {
                while true {
                    if let harm = Harm(load, overlaps: overlaps()) { throw harm }
                    try await letPass(.milliseconds(50))
                }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}

extension DrillScene {
    /// All nodes ready, exactly one leader, every read answered.
    fileprivate func checkSteadiness() async throws {
        try await eventually("one node leads and the others follow", within: .seconds(20)) {
            let words = watch.words
            return words.count == cluster.nodes.count && words.values.count { $0 == .leads } == 1
                && !words.values.contains(.silent)
        }
        for node in cluster.nodes where await node.status("/readyz") != 200 {
            throw NotInTime(description: "\(node.name) is not ready before the fault")
        }
    }
}

extension String {
    fileprivate func lastLines(_ count: Int) -> String {
        split(separator: "\n").suffix(count).joined(separator: "\n")
    }
}
