internal import Foundation
internal import Logging

/// Writes every event as a line on standard error.
struct ConsoleLogHandler: LogHandler {
    let format: LogOptions.Format
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.notice

    init(_ format: LogOptions.Format) { self.format = format }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let figures = metadata.merging(event.metadata ?? [:]) { $1 }.mapValues { "\($0)" }
        switch format {
        case .text: Console.error(text(event, figures))
        case .json:
            // Strings alone always encode; a line that could not be told is not worth a crash.
            if let line = try? json(event, figures) { Console.error(line) }
        }
    }

    /// For people: when, how important, which node, the sentence, then the figures.
    private func text(_ event: LogEvent, _ figures: [String: String]) -> String {
        var figures = figures
        let node = figures.removeValue(forKey: "node.id").map { "\($0)  " } ?? ""
        let time = Date.now.formatted(.iso8601.time(includingFractionalSeconds: true))
        let level = event.level.rawValue.padding(toLength: 8, withPad: " ", startingAt: 0)
        let tail = figures.sorted { $0.key < $1.key }.map { "  \($0.key)=\($0.value)" }.joined()
        return "\(time) \(level) \(node)\(event.message)\(tail)"
    }

    /// One JSON object, for machines that collect logs.
    private func json(_ event: LogEvent, _ figures: [String: String]) throws -> String {
        var fields = figures
        fields["time"] = Date.now.formatted(.iso8601.year().month().day().time(includingFractionalSeconds: true))
        fields["level"] = event.level.rawValue
        fields["message"] = "\(event.message)"
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(fields), as: UTF8.self)
    }
}
