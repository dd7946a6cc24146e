public import Logging
internal import Synchronization

/// Keeps what is logged, whatever its level, as `warning the sentence key=value`.
public final class LogBook: LogHandler {
    private let written = Mutex<[String]>([])

    /// A book with nothing in it.
    public init() {}

    /// Every line so far.
    public var lines: [String] { written.withLock { $0 } }

    /// A logger that writes here.
    public var logger: Logger { Logger(label: "test") { _ in self } }

    /// Nothing that every line would carry.
    public var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    /// The lowest there is.
    public var logLevel: Logger.Level {
        get { .trace }
        set {}
    }
    /// See `metadata`.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    /// Writes a line.
    public func log(event: LogEvent) {
        let data = (event.metadata ?? [:]).map { " \($0.key)=\($0.value)" }.sorted().joined()
        written.withLock { $0.append("\(event.level) \(event.message)\(data)") }
    }
}
