internal import ClusterObservation
internal import Foundation
internal import LocalCluster

/// What `wxkeeper drill --json` prints: one object.
///
/// Durations are milliseconds; tokens appear as fingerprints.
package struct DrillDocument: Encodable {
    let wxkeeper: String
    let date: String
    let cluster: String
    let nodes: Int
    let leaseTtl: String
    let wechatTimeout: String
    let processors: Int
    /// Whether every promise was kept.
    let ok: Bool
    let drills: [Entry]

    /// One drill.
    ///
    /// What was not measured is left out.
    struct Entry: Encodable {
        let name: String
        /// `ok` or `broken`.
        let result: String
        let takeoverMs: Int64?
        let refreshGapMs: Int64?
        let reads: Int
        let failedReads: Int
        let deadTokens: Int?
        let refreshes: Int?
        let failedRefreshes: Int?
        let wechatCalls: Int?
        let overlaps: Int?
        let readMs: Latency?
        let promise: [Line]
        /// Everything that did not hold, in sentences.
        let broken: [String]
        let timeline: TimelineDocument
    }

    struct Latency: Encodable {
        let p50, p99, max: Double
    }

    struct Line: Encodable {
        let name, promised, measured: String
        let kept: Bool
    }

    package init(_ reading: DrillReading) {
        let surroundings = reading.surroundings
        wxkeeper = surroundings.version
        date = surroundings.date.formatted(.iso8601)
        cluster = surroundings.cluster
        nodes = surroundings.nodes
        leaseTtl = surroundings.leaseTTL
        wechatTimeout = surroundings.wechatTimeout
        processors = surroundings.processors
        ok = reading.isKept
        drills = reading.results.map(Entry.init)
    }

    package func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}

extension DrillDocument.Entry {
    init(_ drill: DrillResult) {
        let figures = drill.outcome.figures
        self.init(
            name: drill.name.rawValue, result: drill.state.rawValue,
            takeoverMs: figures.takeover?.wholeMilliseconds, refreshGapMs: figures.refreshGap?.wholeMilliseconds,
            reads: figures.reads, failedReads: figures.failedReads, deadTokens: figures.deadTokens,
            refreshes: figures.refreshes, failedRefreshes: figures.failedRefreshes, wechatCalls: figures.fetches,
            overlaps: figures.overlaps, readMs: figures.latency.map(DrillDocument.Latency.init),
            promise: drill.lines.map {
                DrillDocument.Line(name: $0.name, promised: $0.promised, measured: $0.measured, kept: $0.isKept)
            },
            broken: drill.breaches, timeline: TimelineDocument(drill.outcome.timeline))
    }
}

extension DrillDocument.Latency {
    fileprivate init(_ latency: Figures.Latency) {
        self.init(
            p50: latency.median.milliseconds, p99: latency.p99.milliseconds, max: latency.slowest.milliseconds)
    }
}

/// A timeline for programs: every time is in milliseconds since the drill's callers began.
struct TimelineDocument: Encodable {
    let lengthMs: Int64
    let marks: [Mark]
    let takeovers: [Takeover]
    let leaders: [Band]
    let reads: [Beat]
    let wechatCalls: [Call]
    let tokens: [Life]

    struct Mark: Encodable {
        let kind: String
        let atMs: Int64
        let text: String
    }

    struct Takeover: Encodable {
        let node: String
        let atMs, tookMs: Int64
    }

    /// What a node said of itself: `leads`, `follows` or `silent`.
    struct Band: Encodable {
        let node, state: String
        let fromMs, toMs: Int64
    }

    struct Beat: Encodable {
        let atMs: Int64
        let reads, failed: Int
    }

    struct Call: Encodable {
        let atMs: Int64
        let app, node: String
        /// Whether it asked for a token, and whether it got a new one.
        let fetch, issued: Bool
    }

    struct Life: Encodable {
        let app, fingerprint: String
        let fromMs, replacedMs, toMs: Int64
    }

    init(_ timeline: Timeline) {
        lengthMs = timeline.length.wholeMilliseconds
        marks = timeline.marks.map { Mark(kind: $0.kind.rawValue, atMs: $0.at.wholeMilliseconds, text: $0.text) }
        takeovers = timeline.takeovers.map {
            Takeover(node: $0.node, atMs: $0.at.wholeMilliseconds, tookMs: $0.took.wholeMilliseconds)
        }
        leaders = timeline.bands.map {
            Band(
                node: $0.node, state: $0.word.rawValue, fromMs: $0.from.wholeMilliseconds,
                toMs: $0.to.wholeMilliseconds)
        }
        reads = timeline.reads.map { Beat(atMs: $0.at.wholeMilliseconds, reads: $0.reads, failed: $0.failed) }
        wechatCalls = timeline.calls.map {
            Call(
                atMs: $0.at.wholeMilliseconds, app: $0.app, node: $0.node, fetch: $0.isFetch, issued: $0.hasIssued)
        }
        tokens = timeline.lives.map {
            Life(
                app: $0.app, fingerprint: $0.fingerprint, fromMs: $0.from.wholeMilliseconds,
                replacedMs: $0.replaced.wholeMilliseconds, toMs: $0.to.wholeMilliseconds)
        }
    }
}

extension Duration {
    /// To a tenth, for figures below one.
    fileprivate var milliseconds: Double { (self / .milliseconds(1) * 10).rounded() / 10 }
}
