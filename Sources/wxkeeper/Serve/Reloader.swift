internal import Foundation
internal import KeeperConfiguration
internal import KeeperCore
internal import KeeperHTTP
internal import KeeperNode
internal import KeeperPorts
internal import Logging
internal import WeChatAPI

/// Reads the configuration again while the node runs, and hands apps and clients to the rooms that need them.
///
/// One at a time. A file with a mistake in it changes nothing. What a running node cannot change, it only names.
actor Reloader: Reconfiguring {
    /// The rooms that are told.
    struct Rooms: Sendable {
        let node: Node
        let source: WeChatAPI
        let mirrorWriter: MirrorWriter
        let registry: AccessRegistry
    }

    private var configuration: Configuration
    /// The one before the next.
    private var last: Task<Result<Reload, ReloadRefusal>, Never>?
    private let rooms: Rooms
    private let read: @Sendable () throws(ConfigurationProblems) -> ConfigurationReader.Outcome
    private let logger: Logger

    /// - Parameters:
    ///   - configuration: the one the rooms were made with.
    ///   - read: reads it again, from where it came.
    init(
        _ configuration: Configuration, rooms: Rooms, logger: Logger,
        read: @escaping @Sendable () throws(ConfigurationProblems) -> ConfigurationReader.Outcome
    ) {
        self.configuration = configuration
        self.rooms = rooms
        self.read = read
        self.logger = logger
    }

    func reload() async throws(ReloadRefusal) -> Reload {
        let before = last
        let task = Task {
            _ = await before?.value
            return take(over: await readAgain())
        }
        last = task
        return try await task.value.get()
    }

    /// On a thread of its own: ten thousand apps take a second, in which the node's loop needs every other.
    private nonisolated func readAgain() async -> Result<ConfigurationReader.Outcome, ConfigurationProblems> {
        await withCheckedContinuation { continuation in
            let thread = Thread { [read] in
                continuation.resume(
                    returning: Result { () throws(ConfigurationProblems) in try read() })
            }
            thread.name = "configuration"
            thread.start()
        }
    }

    /// Without a pause on the way, so that every room has the same apps.
    private func take(
        over outcome: Result<ConfigurationReader.Outcome, ConfigurationProblems>
    ) -> Result<Reload, ReloadRefusal> {
        defer { Memory.giveBack() }
        let next: Configuration
        let clients: ClientDirectory
        do {
            let outcome = try outcome.get()
            for warning in outcome.warnings { logger.warning("\(warning)") }
            next = outcome.configuration
            clients = try next.clientDirectory
        } catch {
            let problems = (error as? ConfigurationProblems)?.problems.map(\.description) ?? ["\(error)"]
            logger.error(
                "the configuration was not read again; everything stays as it was",
                metadata: ["problems": "\(problems.joined(separator: "; "))"])
            return .failure(ReloadRefusal(problems: problems))
        }
        let reload = next.differences(from: configuration)
        // WeChat's side first: nobody must be asked for an app whose secret is not known yet.
        rooms.source.configure(next.accounts)
        rooms.node.configure(next.nodeSettings.apps)
        rooms.mirrorWriter.configure(next.mirrorKeys)
        rooms.registry.replace(clients: clients, apps: next.knownApps)
        // What needs a restart stays different from what runs.
        configuration.apps = next.apps
        configuration.clients = next.clients
        tell(reload)
        return .success(reload)
    }

    private func tell(_ reload: Reload) {
        func names(_ apps: [AppID]) -> Logger.MetadataValue { .array(apps.map { .string($0.rawValue) }) }
        logger.notice(
            "read the configuration again: \(reload.appCount) apps, \(reload.clientCount) clients",
            metadata: [
                "apps.added": names(reload.added), "apps.removed": names(reload.removed),
                "apps.changed": names(reload.changed),
            ])
        guard !reload.needsRestart.isEmpty else { return }
        logger.warning(
            "what else has changed counts only when the node is started again",
            metadata: ["sections": "\(reload.needsRestart.joined(separator: ", "))"])
    }
}
