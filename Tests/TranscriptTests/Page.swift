/// The lines of a transcript: when, who, what.
///
/// What a node does again and again is one line, with how often and until when: it stands where it began.
struct Page {
    private struct Line {
        let at: Double
        let who: String
        let text: String
        var times = 1
        var until: Double
    }

    private enum Part {
        case heading(String)
        case line(Line)
    }

    /// Nothing is written before somebody opens the page.
    private(set) var isOpen = false
    private var zero = 0.0
    private var parts: [Part] = []
    /// Where the last few lines of each stand; a heading ends them.
    private var recent: [String: [Int]] = [:]

    /// So many lines back a line is looked for.
    private static let memory = 6
    private static let width = 112
    private static let indent = String(repeating: " ", count: 22)

    /// Begins to write; the clock of the page shows zero now.
    mutating func open(at seconds: Double) {
        zero = seconds
        isOpen = true
    }

    /// Says what the world does to the cluster.
    mutating func heading(_ text: String) {
        guard isOpen else { return }
        recent = [:]
        parts.append(.heading(text))
    }

    mutating func line(_ seconds: Double, _ who: String, _ text: String) {
        guard isOpen else { return }
        for index in recent[who] ?? [] {
            guard case .line(var line) = parts[index], line.text == text else { continue }
            line.times += 1
            line.until = seconds
            parts[index] = .line(line)
            return
        }
        recent[who] = (recent[who] ?? []).suffix(Self.memory - 1) + [parts.count]
        parts.append(.line(Line(at: seconds, who: who, text: text, until: seconds)))
    }

    /// A moment as the page shows it.
    func moment(_ seconds: Double) -> String { Self.decimal(seconds - zero) }

    /// Seconds with three decimals.
    static func decimal(_ seconds: Double) -> String {
        let thousandths = Int64((abs(seconds) * 1000).rounded())
        let rest = String(thousandths % 1000)
        let sign = seconds < 0 && thousandths > 0 ? "-" : ""
        return sign + "\(thousandths / 1000)." + String(repeating: "0", count: 3 - rest.count) + rest
    }

    var text: String {
        parts.map { part in
            switch part {
            case .heading(let text): "\n-- \(text)\n"
            case .line(let line): render(line)
            }
        }.joined()
    }

    private func render(_ line: Line) -> String {
        let start = Self.padded(moment(line.at), to: 10, atLeft: true) + "  " + Self.padded(line.who, to: 8)
        let often = line.times == 1 ? "" : " (\(line.times) times, the last at \(moment(line.until)))"
        var rows: [String] = [start]
        var isEmpty = true
        for word in (line.text + often).split(separator: " ") {
            let row = rows[rows.count - 1]
            if isEmpty {
                rows[rows.count - 1] = Self.padded(row, to: Self.indent.count) + word
            } else if row.count + word.count < Self.width {
                rows[rows.count - 1] = row + " " + word
            } else {
                rows.append(Self.indent + "  " + word)
            }
            isEmpty = false
        }
        return rows.joined(separator: "\n") + "\n"
    }

    private static func padded(_ text: String, to width: Int, atLeft: Bool = false) -> String {
        let blanks = String(repeating: " ", count: max(0, width - text.count))
        return atLeft ? blanks + text : text + blanks
    }
}
