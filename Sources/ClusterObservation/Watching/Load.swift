internal import Synchronization

/// What callers got while something was done to a cluster.
package final class Load: Sendable {
    /// One `GET /token`.
    package struct Read: Sendable {
        package let app: String
        package let start, end: ContinuousClock.Instant
        /// Nil: the connection ended, or no answer came in time.
        package let status: Int?
        package let node: String?
        package let token: String?
        /// How WeChat thought of the token at the moment of delivery; nil without one, or if nobody can know.
        package let life: Life?

        package init(
            app: String, start: ContinuousClock.Instant, end: ContinuousClock.Instant, status: Int?, node: String?,
            token: String?, life: Life?
        ) {
            self.app = app
            self.start = start
            self.end = end
            self.status = status
            self.node = node
            self.token = token
            self.life = life
        }

        /// Whether its caller got no token.
        package var hasFailed: Bool { status != 200 || token == nil }

        /// What its caller got, without the token: `503 from b`.
        package var answer: String {
            status.map { "\($0) from \(node ?? "the load balancer")" } ?? "no answer"
        }

        /// Whether its caller got a token that WeChat no longer accepted, on either reading of its promise.
        package var isDead: Bool { life == .over || life == .overtaken }
    }

    /// Whether WeChat accepts a token.
    ///
    /// WeChat promises a life to the newest token and, for the overlap, to the one before. Of a third it says nothing:
    /// one reading lets it die at once, the other after its own overlap.
    package enum Life: Sendable {
        case going
        /// Two newer tokens have been issued within the overlap, so it is dead on the strict reading alone.
        case overtaken
        case over
    }

    /// One `POST /token/refresh`.
    package struct Report: Sendable {
        package let start, end: ContinuousClock.Instant
        package let status: Int?
        package let node: String?
        /// How WeChat thought of the token in the answer; nil without one, or if nobody can know.
        package let life: Life?
        /// What a refusal says.
        package let reason: String?

        package init(
            start: ContinuousClock.Instant, end: ContinuousClock.Instant, status: Int?, node: String? = nil,
            life: Life? = nil, reason: String? = nil
        ) {
            self.start = start
            self.end = end
            self.status = status
            self.node = node
            self.life = life
            self.reason = reason
        }

        /// Whether its caller got a token that WeChat no longer accepted, on either reading of its promise.
        package var isDead: Bool { life == .over || life == .overtaken }
    }

    /// Totals, which cost nothing to ask for.
    package struct Tally: Sendable, Equatable {
        package var reads = 0
        package var failedReads = 0
        package var deadTokens = 0
        package var reports = 0
        package var failedReports = 0
    }

    private struct Records {
        var reads: [Read] = []
        var reports: [Report] = []
        var tally = Tally()
        var firstFailure: Read?
        var isOver = false
    }

    private let records = Mutex(Records())

    package init() {}

    package var reads: [Read] { records.withLock(\.reads) }
    package var reports: [Report] { records.withLock(\.reports) }
    package var tally: Tally { records.withLock(\.tally) }
    package var firstFailure: Read? { records.withLock(\.firstFailure) }
    package var isOver: Bool { records.withLock(\.isOver) }

    /// Tells the callers that they may go.
    package func end() { records.withLock { $0.isOver = true } }

    package func note(_ read: Read) {
        records.withLock { records in
            records.reads.append(read)
            records.tally.reads += 1
            if read.hasFailed {
                records.tally.failedReads += 1
                records.firstFailure = records.firstFailure ?? read
            }
            if read.isDead { records.tally.deadTokens += 1 }
        }
    }

    package func note(_ report: Report) {
        records.withLock { records in
            records.reports.append(report)
            records.tally.reports += 1
            if report.status != 200 { records.tally.failedReports += 1 }
            if report.isDead { records.tally.deadTokens += 1 }
        }
    }

    /// From `fault` until a refresh begun after it was answered with 200.
    package func refreshGap(since fault: ContinuousClock.Instant) -> Duration? {
        reports.filter { $0.status == 200 && $0.start >= fault }.map { $0.end - fault }.min()
    }

    /// The longest time since `fault` in which no refresh was answered with 200; nil if none was.
    package func longestPause(since fault: ContinuousClock.Instant) -> Duration? {
        let answers = reports.filter { $0.status == 200 && $0.end >= fault }.map(\.end).sorted()
        return zip([fault] + answers, answers).map { $1 - $0 }.max()
    }
}
