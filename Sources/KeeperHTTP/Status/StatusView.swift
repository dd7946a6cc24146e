internal import Foundation

/// What the template shows, ready to be read.
///
/// The script in the page writes the same words (`StatusPage+Script.swift`).
struct StatusView {
    let style = StatusPage.style
    let script = StatusPage.script
    let time: String
    let summary: String
    let level: String
    let name: String
    let role: String
    let facts: [Fact]
    let counters: [Fact]
    let nodes: [Node]
    let apps: [App]
    let moreApps: String

    /// One figure with its name.
    struct Fact {
        let id: String
        let label: String
        let value: String
    }

    /// One row of the table of nodes.
    struct Node {
        let name: String
        let state: String
        let mark: String
        let address: String
        let incarnation: String
        let epoch: String
    }

    /// One row of the table of apps.
    struct App {
        let appid: String
        let line: String
        let state: String
        let mark: String
        let fingerprint: String
        let left: String
        let leftValue: Int64
        let lifeValue: Int64
        let age: String
        let next: String
        let rotations: String
    }

    init(_ status: StatusDocument, at date: Date) {
        time = Self.time(date.formatted(.iso8601)) + " UTC"
        summary = status.summary
        level = status.level.rawValue
        name = status.node.name
        role = status.node.role
        facts = [
            Fact(id: "leader", label: "Leader", value: status.leader ?? Self.nothing),
            Fact(id: "epoch", label: "Epoch", value: String(status.epoch)),
            Fact(id: "lease", label: "Lease left", value: Self.seconds(status.node.leaseLeftMs)),
            Fact(
                id: "redis", label: "Redis",
                value: status.redis + (status.redisCode.map { ": \($0)" } ?? "")),
            Fact(id: "sync", label: "In step", value: Self.ago(status.syncAgeMs)),
        ]
        let counters = status.counters
        self.counters = [
            Fact(id: "start", label: "Start time (UTC)", value: Self.time(counters.startTime)),
            Fact(id: "runs", label: "Timer runs", value: Self.grouped(counters.timerRuns)),
            Fact(id: "left", label: "Seconds left", value: counters.secondsLeft.map(Self.grouped) ?? Self.nothing),
            Fact(id: "done", label: "Refreshes done", value: Self.grouped(counters.refreshesDone)),
            Fact(id: "failed", label: "Refreshes failed", value: Self.grouped(counters.refreshesFailed)),
        ]
        nodes = status.nodes.map(Node.init)
        let sorted = status.apps.filter { !$0.well } + status.apps.filter(\.well)
        apps = sorted.prefix(StatusPage.mostApps).map(App.init)
        moreApps = sorted.count > apps.count ? "and \(Self.grouped(sorted.count - apps.count)) more in /status" : ""
    }
}

extension StatusView.Node {
    fileprivate init(_ node: StatusDocument.Member) {
        self.init(
            name: node.name,
            state: (node.draining ? "draining" : node.leader ? "leader" : "follower")
                + (node.trouble.map { "; \($0)" } ?? ""),
            mark: node.draining || node.trouble != nil ? "attention" : node.leader ? "well" : "plain",
            address: node.address,
            incarnation: String(node.incarnation.prefix(8)), epoch: String(node.epochSeen))
    }
}

extension StatusView.App {
    fileprivate init(_ app: StatusDocument.App) {
        self.init(
            appid: app.appid, line: app.line, state: app.state,
            mark: app.well ? "well" : (app.secondsLeft ?? 0) > 0 ? "attention" : "bad",
            fingerprint: app.fingerprint ?? StatusView.nothing, left: StatusView.span(app.secondsLeft),
            leftValue: app.secondsLeft ?? 0, lifeValue: max(1, app.lifeSeconds ?? 1),
            age: StatusView.span(app.ageSeconds), next: StatusView.span(app.nextAttemptSeconds),
            rotations: StatusView.grouped(app.rotationsToday))
    }
}

extension StatusView {
    fileprivate static let nothing = "–"

    /// `4.2 s`.
    fileprivate static func seconds(_ milliseconds: Int64?) -> String {
        milliseconds.map { "\($0 / 1000).\($0 % 1000 / 100) s" } ?? nothing
    }

    fileprivate static func ago(_ milliseconds: Int64?) -> String {
        milliseconds == nil ? "never" : seconds(milliseconds) + " ago"
    }

    /// `1 h 52 min`, `12 min 5 s` or `42 s`.
    fileprivate static func span(_ seconds: Int64?) -> String {
        guard let seconds else { return nothing }
        if seconds >= 3600 { return "\(seconds / 3600) h \(seconds % 3600 / 60) min" }
        if seconds >= 60 { return "\(seconds / 60) min \(seconds % 60) s" }
        return "\(seconds) s"
    }

    /// `1,234,567`.
    fileprivate static func grouped(_ number: some BinaryInteger) -> String {
        let digits = Array(String(number))
        return digits.enumerated().map { index, digit in
            let rest = digits.count - index
            return index > 0 && rest.isMultiple(of: 3) ? ",\(digit)" : String(digit)
        }.joined()
    }

    /// `2026-01-31 12:00:00`.
    fileprivate static func time(_ iso8601: String) -> String {
        iso8601.replacingOccurrences(of: "T", with: " ").replacingOccurrences(of: "Z", with: "")
    }
}
