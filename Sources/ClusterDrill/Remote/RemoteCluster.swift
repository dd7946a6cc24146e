package import ClusterObservation
package import Foundation

/// A cluster that was there before: reached through one URL, asked as any operator may ask it.
///
/// Nobody here knows what WeChat saw, so reads are judged by their answers alone, and fetches are counted by the
/// versions of the tokens.
package struct RemoteCluster: Sendable {
    static let calm = Duration.seconds(2)

    /// Where the cluster is reached.
    package let url: String
    let inquiry: NodeInquiry
    let known: Known

    /// What the configuration of one of its nodes says.
    package struct Known: Sendable {
        let name: String
        let leaseTTL: String
        let wechatTimeout: String
        let apps: [String]

        package init(name: String, leaseTTL: String, wechatTimeout: String, apps: [String]) {
            self.name = name
            self.leaseTTL = leaseTTL
            self.wechatTimeout = wechatTimeout
            self.apps = apps
        }
    }

    package init(at url: String, _ inquiry: NodeInquiry, known: Known) {
        self.url = url
        self.inquiry = inquiry
        self.known = known
    }

    package func surroundings(at date: Date, version: String) async throws -> DrillReading.Surroundings {
        DrillReading.Surroundings(
            version: version, date: date, cluster: "the cluster \(known.name) at \(url)",
            nodes: try await inquiry.status().meaning.nodes.count, leaseTTL: known.leaseTTL,
            wechatTimeout: known.wechatTimeout)
    }

    /// Does one drill and judges it.
    package func run(_ name: DrillName, telling progress: any DrillProgress) async throws -> DrillResult {
        let promise = Self.promise(of: name)
        let before = try await inquiry.status().meaning
        let apps = await readableApps()
        if let reason = before.unsteadiness ?? (apps.isEmpty ? "the key reads no token of any app" : nil) {
            return DrillResult(
                name: name, promise: promise,
                outcome: .init(findings: ["there is no steady state to begin with: \(reason)"]))
        }
        let (start, load, watch, journal) = (ContinuousClock.now, Load(), LeaderWatch(), DrillJournal())
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await look(watch) }
            group.addTask { await progress.follow(load, watch, journal) }
            defer { group.cancelAll() }
            try await withThrowingTaskGroup(of: Void.self) { readers in
                for number in 0..<Self.readers { readers.addTask { try await read(apps, on: load, number) } }
                defer { readers.cancelAll() }
                try await rehearse(name, apps, load, journal)
                load.end()
                // Whoever still waits gets an answer or none, so that nobody's failure goes uncounted.
                try await readers.waitForAll()
            }
        }
        let after = try? await inquiry.status().meaning
        if after == nil { journal.find("the node at \(url) gives no answer afterwards") }
        let figures = figures(load, journal, from: before.published, to: after?.published)
        var timeline = Timeline(from: start, to: .now, load, watch)
        journal.mark(&timeline, since: start)
        return DrillResult(
            name: name, promise: promise,
            outcome: .init(figures: figures, findings: journal.findings, timeline: timeline))
    }

    private func figures(_ load: Load, _ journal: DrillJournal, from first: UInt64?, to last: UInt64?) -> Figures {
        let tally = load.tally
        var figures = Figures(takeover: journal.worstTakeover?.took, reads: tally.reads, failedReads: tally.failedReads)
        if tally.reports > 0 { (figures.refreshes, figures.failedRefreshes) = (tally.reports, tally.failedReports) }
        if let first, let last { figures.fetches = max(0, Int(last) - Int(first)) }
        figures.latency = Figures.Latency(of: load.reads.map { $0.end - $0.start })
        return figures
    }

    /// What can be held to on a cluster whose tokens fall due when they do.
    static func promise(of name: DrillName) -> Promise {
        Promise(takeover: name == .stampede ? nil : .milliseconds(300), fetches: nil)
    }
}

extension StatusReport {
    /// Why a drill must not begin; nil if it may.
    var unsteadiness: String? {
        guard ready else { return "the node \(node.name) is not ready (\(reasons.joined(separator: ", ")))" }
        guard leader != nil else { return "nobody leads" }
        guard pausedMs == nil else { return "hand-overs are paused" }
        let living = nodes.count { !$0.draining }
        guard living >= 2 else { return "only \(living) node is ready, and two are needed" }
        if let ill = apps.first(where: { !$0.well }) { return "the app \(ill.appid) is not well" }
        return nil
    }

    /// How many tokens were ever published; nil if the node does not tell.
    var published: UInt64? {
        apps.reduce(0) { sum, app in app.version.flatMap { version in sum.map { $0 + version } } }
    }
}
