internal import KeeperCore
public import KeeperPorts
public import Logging
public import ServiceLifecycle

/// Tells people what is wrong with a node and, while it leads, with the apps.
///
/// Obeys an `AlarmBook`. What cannot be told is logged once and told later; nothing waits for it.
public struct AlarmTeller: Service {
    private let node: Node
    private let sink: any AlarmSink
    private let period: Duration
    private let logger: Logger

    /// How long one message may take.
    static let timeout: Duration = .seconds(5)

    /// A teller for one node.
    /// - Parameter period: how often the node is looked at.
    public init(node: Node, sink: any AlarmSink, period: Duration = .seconds(5), logger: Logger) {
        self.node = node
        self.sink = sink
        self.period = period
        self.logger = logger
    }

    /// Works until cancelled or shut down gracefully.
    public func run() async {
        await cancelWhenGracefulShutdown { await self.work() }
    }

    private func work() async {
        var book = AlarmBook()
        var failure: AlarmFailure?
        // Looked at by the clock: most alarms are that something has not happened, and no event says that.
        while (try? await Task.sleep(for: period)) != nil {
            guard let alarms = await node.alarms(), let report = book.report(on: alarms, at: node.now) else { continue }
            do throws(AlarmFailure) {
                try await sink.post(report, before: .now + Self.timeout)
                book.told(report, at: node.now)
                if failure != nil { logger.notice("alarms are told again") }
                failure = nil
            } catch {
                guard !Task.isCancelled else { return }
                book.failed(report, at: node.now)
                if error != failure { logger.warning("cannot tell alarms", metadata: ["error": "\(error.reason)"]) }
                failure = error
            }
        }
    }
}
