internal import Foundation
internal import Logging

/// One line for people on standard error: when, how important, which node, the sentence, then the figures.
struct TextLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.notice

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var figures = metadata.merging(event.metadata ?? [:]) { $1 }
        let node = figures.removeValue(forKey: "node.id").map { "\($0)  " } ?? ""
        let time = Date.now.formatted(.iso8601.time(includingFractionalSeconds: true))
        let level = event.level.rawValue.padding(toLength: 8, withPad: " ", startingAt: 0)
        let tail = figures.sorted { $0.key < $1.key }.map { "  \($0.key)=\($0.value)" }.joined()
        Console.error("\(time) \(level) \(node)\(event.message)\(tail)")
    }
}
