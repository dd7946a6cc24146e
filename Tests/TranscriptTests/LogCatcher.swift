import KeeperCore
import Logging
import Synchronization

@testable import KeeperNode

/// What an operator reads in the log: the sentences of the program itself.
final class LogCatcher: LogHandler {
    private let lines = Mutex<[String]>([])

    /// The line that a notice becomes.
    static func line(of notice: Notice) -> String {
        let catcher = LogCatcher()
        Narrator(logger: Logger(label: "transcript") { _ in catcher }).tell(notice)
        return catcher.lines.withLock { $0 }.joined(separator: " / ")
    }

    func log(event: LogEvent) {
        let data = (event.metadata ?? [:]).map { "\($0.key)=\($0.value)" }.sorted().joined(separator: " ")
        lines.withLock { $0.append("\(event.level): \(event.message)" + (data.isEmpty ? "" : " [\(data)]")) }
    }

    var logLevel: Logger.Level {
        get { .trace }
        set {}
    }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }
}
