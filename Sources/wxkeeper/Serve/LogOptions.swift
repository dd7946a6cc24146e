internal import ArgumentParser
internal import KeeperCore
internal import Logging

/// How a node tells its story.
struct LogOptions: ParsableArguments {
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case text, json
    }

    @Option(name: .long, help: "How log lines look on standard error: text or json.")
    var logFormat = Format.text

    @Option(
        name: .long, help: "The least important level told: trace, debug, info, notice, warning, error or critical.",
        transform: level)
    var logLevel = Logger.Level.notice

    private static func level(_ text: String) throws -> Logger.Level {
        guard let level = Logger.Level(rawValue: text) else {
            let allowed = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--log-level \(text): allowed are \(allowed)")
        }
        return level
    }

    /// The same options for another process.
    var arguments: [String] { ["--log-format", logFormat.rawValue, "--log-level", logLevel.rawValue] }

    /// The logger of a node: every line names it.
    func logger(node: NodeName) -> Logger {
        var logger = Logger(label: "wxkeeper") { _ in ConsoleLogHandler(logFormat) }
        logger.logLevel = logLevel
        logger[metadataKey: "node.id"] = "\(node)"
        return logger
    }
}
