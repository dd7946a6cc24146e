/// "Did you mean …?" for a word that is not known.
package enum Suggestion {
    /// The known word nearest to `word`, if it is near enough to be a slip of the finger: at most two edits, and
    /// fewer edits than half of its letters.
    package static func nearest(to word: String, among known: [String]) -> String? {
        guard word.count <= 40 else { return nil }
        let folded = word.lowercased().map { $0 == "_" ? "-" : $0 }
        let scored = known.map { (word: $0, distance: distance(folded, Array($0))) }
        guard let best = scored.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= min(2, max(best.word.count, word.count) / 2) ? best.word : nil
    }

    /// How many letters must be put in, taken out, changed or swapped with a neighbour to get from one to the other.
    static func distance(_ from: [Character], _ to: [Character]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...to.count)
        for i in from.indices {
            var row = [i + 1]
            for j in to.indices {
                let change = last[j] + (from[i] == to[j] ? 0 : 1)
                var least = min(change, last[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, from[i] == to[j - 1], from[i - 1] == to[j] {
                    least = min(least, beforeLast[j - 1] + 1)
                }
                row.append(least)
            }
            (beforeLast, last) = (last, row)
        }
        return last[to.count]
    }
}
