import Foundation
import Synchronization

/// What callers got while a test did something to the cluster.
final class Load: Sendable {
    /// One `GET /token`.
    struct Read: Sendable {
        let app: String
        let start, end: ContinuousClock.Instant
        /// Nil: the connection ended, or no answer came in time.
        let status: Int?
        let node: String?
        let token: String?
        /// How WeChat thought of the token at the moment of delivery; nil without one.
        let life: Life?
    }

    /// Whether WeChat accepts a token.
    ///
    /// WeChat promises a life to the newest token and, for the overlap, to the one before. Of a third it says nothing:
    /// one reading lets it die at once, the other after its own overlap.
    enum Life {
        case going
        /// Two newer tokens have been issued within the overlap, so it is dead on the strict reading alone.
        case overtaken
        case over
    }

    /// One `POST /token/refresh` that names the current token, which lives.
    struct Report: Sendable {
        let start, end: ContinuousClock.Instant
        let status: Int?
        /// What a refusal says.
        let reason: String?
    }

    private struct Records {
        var reads: [Read] = []
        var reports: [Report] = []
        var isOver = false
    }

    private let records = Mutex(Records())

    var reads: [Read] { records.withLock(\.reads) }
    var reports: [Report] { records.withLock(\.reports) }
    fileprivate var isOver: Bool { records.withLock(\.isOver) }
    fileprivate func end() { records.withLock { $0.isOver = true } }
    fileprivate func note(_ read: Read) { records.withLock { $0.reads.append(read) } }
    fileprivate func note(_ report: Report) { records.withLock { $0.reports.append(report) } }

    /// From `fault` until a refresh begun after it was answered with 200.
    func refreshGap(since fault: ContinuousClock.Instant) -> Duration? {
        reports.filter { $0.status == 200 && $0.start >= fault }.map { $0.end - fault }.min()
    }
}

extension Cluster {
    /// Callers, half of whom keep their connection and half of whom make a new one each time.
    static let readers = 20
    /// Together 200 reads a second.
    static let readPause = Duration.milliseconds(100)
    static let reporters = 2
    static let reportPause = Duration.milliseconds(300)

    /// Runs `body` while callers read and report tokens through the load balancer; returns what they got.
    func underLoad(_ body: (Load) async throws -> Void) async throws -> Load {
        let load = Load()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<Self.readers { group.addTask { try await readOn(load, number) } }
            for number in 0..<Self.reporters { group.addTask { try await reportOn(load, number) } }
            defer { group.cancelAll() }
            try await eventually("the load has begun") { load.reads.count > Self.readers * 2 }
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
        let apps = plan.apps.filter(\.hasTrueSecret)
        while !load.isOver {
            // A connection that broke is made anew; the failure is counted all the same.
            do {
                try await Connection.open(to: front) { connection in
                    repeat {
                        try await pace(until: next)
                        next = max(next + Self.readPause, .now)
                        turn += 1
                        let app = apps[turn % apps.count]
                        guard try await read(app, on: &connection, load) else { throw NoAnswer() }
                    } while number.isMultiple(of: 2) && !load.isOver
                }
            } catch is NoAnswer {
                // Counted already.
            } catch where !Task.isCancelled {
                load.note(
                    .init(app: "", start: .now, end: .now, status: nil, node: nil, token: nil, life: nil))
            }
        }
    }

    /// Returns whether the connection can go on.
    private func read(
        _ app: ClusterPlan.App, on connection: inout Connection, _ load: Load
    ) async throws -> Bool {
        let question = Question.get("/token?appid=\(app.id)", key: secrets.shop)
        let start = ContinuousClock.now
        let answer = try? await connection.ask(question, within: .seconds(10))
        try Task.checkCancellation()
        load.note(
            .init(
                app: app.id, start: start, end: .now, status: answer?.status, node: answer?.node,
                token: answer?.token, life: answer?.token.map(life)))
        return answer != nil && answer?.isLast != true
    }

    private func reportOn(_ load: Load, _ number: Int) async throws {
        let app = plan.apps[number % plan.apps.count]
        while !load.isOver {
            let next = ContinuousClock.now + Self.reportPause
            let token = try await token(of: app)
            let start = ContinuousClock.now
            let answer = try? await refresh(app, reporting: token, at: front)
            try Task.checkCancellation()
            let reason = answer?.status == 200 ? nil : answer.map { "\($0.node ?? "no node"): \($0.body)" }
            load.note(.init(start: start, end: .now, status: answer?.status, reason: reason))
            try await pace(until: next)
        }
    }
}
