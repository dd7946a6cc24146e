/// Everything that happened while a cluster was watched, in the order in which a person wants to see it.
///
/// Times count from the beginning of the watch. Tokens appear as fingerprints only.
package struct Timeline: Sendable, Equatable {
    /// How long it was watched.
    package var length: Duration
    package var marks: [Mark] = []
    package var takeovers: [Takeover] = []
    package var bands: [Band] = []
    package var reads: [Beat] = []
    package var calls: [Call] = []
    package var lives: [Life] = []

    /// Something that was done to the cluster.
    package struct Mark: Sendable, Equatable {
        package enum Kind: String, Sendable {
            case fault, healed
        }
        package var kind: Kind
        package var at: Duration
        package var text: String

        package init(kind: Kind, at: Duration, text: String) {
            self.kind = kind
            self.at = at
            self.text = text
        }
    }

    /// A node became the leader.
    package struct Takeover: Sendable, Equatable {
        package var node: String
        package var at: Duration
        /// How long nobody led, or how long it took to hand over.
        package var took: Duration

        package init(node: String, at: Duration, took: Duration) {
            self.node = node
            self.at = at
            self.took = took
        }
    }

    /// What one node said of itself for a while.
    package struct Band: Sendable, Equatable {
        package var node: String
        package var word: LeaderWatch.Word
        package var from, to: Duration

        package init(node: String, word: LeaderWatch.Word, from: Duration, to: Duration) {
            self.node = node
            self.word = word
            self.from = from
            self.to = to
        }
    }

    /// The reads answered within one `beat`.
    package struct Beat: Sendable, Equatable {
        package var at: Duration
        package var reads: Int
        package var failed: Int

        package init(at: Duration, reads: Int, failed: Int) {
            self.at = at
            self.reads = reads
            self.failed = failed
        }
    }

    /// One call of WeChat.
    package struct Call: Sendable, Equatable {
        package var at: Duration
        package var app: String
        package var node: String
        /// Whether a token was asked for, and not only whether one lives.
        package var isFetch: Bool
        package var hasIssued: Bool

        package init(at: Duration, app: String, node: String, isFetch: Bool, hasIssued: Bool) {
            self.at = at
            self.app = app
            self.node = node
            self.isFetch = isFetch
            self.hasIssued = hasIssued
        }
    }

    /// The life of one token, cut to the time of the watch.
    package struct Life: Sendable, Equatable {
        package var app: String
        package var fingerprint: String
        package var from: Duration
        /// When a newer one took its place, or its end.
        package var replaced: Duration
        /// Until when WeChat still accepts it.
        package var to: Duration

        package init(app: String, fingerprint: String, from: Duration, replaced: Duration, to: Duration) {
            self.app = app
            self.fingerprint = fingerprint
            self.from = from
            self.replaced = replaced
            self.to = to
        }
    }

    /// How long a beat of `reads` is.
    package static let beat = Duration.milliseconds(500)

    package init(length: Duration) { self.length = length }
}

extension Timeline {
    /// What callers and nodes said from `start` to `end`, in whole beats.
    package init(
        from start: ContinuousClock.Instant, to end: ContinuousClock.Instant, _ load: Load, _ watch: LeaderWatch
    ) {
        self.init(length: Self.beat * Int((end - start) / Self.beat))
        bands = Self.bands(watch.changes, since: start, length: length)
        reads = Self.beats(load.reads, since: start, length: length)
    }

    /// Adds a life if any of it falls into the watch, cut to it.
    package mutating func add(_ life: Life) {
        guard life.to > .zero, life.from < length else { return }
        var life = life
        life.from = max(.zero, life.from)
        life.to = min(length, life.to)
        life.replaced = min(max(life.from, life.replaced), life.to)
        lives.append(life)
    }

    static func bands(
        _ changes: [LeaderWatch.Change], since start: ContinuousClock.Instant, length: Duration
    ) -> [Band] {
        let nodes = Dictionary(grouping: changes, by: \.node)
        return nodes.keys.sorted().flatMap { node in
            let changes = nodes[node] ?? []
            return changes.indices.compactMap { index -> Band? in
                // What it said first it would have said from the start.
                let from = index == 0 ? .zero : changes[index].at - start
                let end = index + 1 < changes.count ? changes[index + 1].at - start : length
                guard from < length else { return nil }
                return Band(node: node, word: changes[index].word, from: from, to: min(end, length))
            }
        }
    }

    static func beats(_ reads: [Load.Read], since start: ContinuousClock.Instant, length: Duration) -> [Beat] {
        var beats = (0..<Int(length / beat)).map { Beat(at: beat * $0, reads: 0, failed: 0) }
        for read in reads where read.end >= start {
            let index = Int((read.end - start) / beat)
            guard beats.indices.contains(index) else { continue }
            beats[index].reads += 1
            if read.hasFailed || read.isDead { beats[index].failed += 1 }
        }
        return beats
    }
}
