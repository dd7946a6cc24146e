internal import CurlClient
internal import Foundation
internal import KeeperConfiguration
internal import KeeperCore
internal import KeeperHTTP
internal import KeeperNode
internal import KeeperPorts
internal import Logging
internal import RedisClient
internal import RedisStores
internal import ServiceLifecycle
internal import UnixSignals
internal import WeChatAPI

/// The composition root: builds one node from its configuration, and knows the order in which it leaves.
struct Assembly {
    private let store: RedisStore
    private let node: Node
    private let mirrorWriter: MirrorWriter
    private let alarmTeller: AlarmTeller?
    private let server: KeeperServer
    private let reloader: Reloader
    /// After the drain nothing is in progress that anybody still waits for.
    private static let longestShutdown = Duration.seconds(2)

    private let drain: Duration
    private let logger: Logger
    private let parent: Parent?

    /// Connects every room to its neighbours.
    ///
    /// Nothing runs yet.
    /// - Parameters:
    ///   - parent: the process that watches over this one, if any.
    ///   - read: reads the configuration again, from where it came.
    init(
        _ configuration: Configuration, parent: Parent?, logger: Logger,
        read: @escaping @Sendable () throws(ConfigurationProblems) -> ConfigurationReader.Outcome
    ) throws {
        self.logger = logger
        self.parent = parent
        drain = configuration.node.drain
        let holder = LeaseHolder(
            node: configuration.node.id, incarnation: parent?.incarnation ?? .draw(),
            address: configuration.node.advertise)
        let secret = configuration.clusterSecret
        let descriptors = Descriptors.raise(logger)
        let curl = CurlClient(transferLimit: descriptors.mostTransfers)
        store = RedisStore(
            cluster: configuration.cluster.name, endpoint: configuration.redisEndpoint, caller: holder,
            logger: logger)
        let source = try configuration.source(curl, as: holder.node.rawValue)
        node = Node(
            holder: holder, settings: configuration.nodeSettings, seed: .random(in: 0...UInt64.max),
            ports: .init(
                lease: store, credentials: store, source: source,
                forwarder: HTTPForwarder(secret: secret, client: curl)),
            logger: logger, fingerprint: { secret.fingerprint(of: $0) })
        mirrorWriter = MirrorWriter(
            node: node, store: store, keys: configuration.mirrorKeys,
            timeout: configuration.cluster.timing.commandTimeout, logger: logger)
        alarmTeller = try configuration.webhook(curl).map { [node] in
            AlarmTeller(node: node, sink: $0, logger: logger)
        }
        let registry = AccessRegistry(clients: try configuration.clientDirectory, apps: configuration.knownApps)
        reloader = Reloader(
            configuration,
            rooms: .init(node: node, source: source, mirrorWriter: mirrorWriter, registry: registry), logger: logger,
            read: read)
        server = KeeperServer(
            host: configuration.node.listen.host, port: configuration.node.listen.port, holder: holder,
            provider: node, reconfiguring: reloader, registry: registry, secret: secret,
            mostConnections: descriptors.mostConnections, logger: logger,
            onBound: { [logger] port in logger.notice("serves on port \(port)") })
    }

    /// Runs until a signal, or until something essential fails.
    func run() async throws {
        let front = Front(node: node, server: server)
        let tellers: [any Service] = alarmTeller.map { [$0] } ?? []
        let thread = TaskThread()
        let (hints, loop) = (OnTheNodesThread(store, thread), OnTheNodesThread(node, thread))
        let inOrder: [any Service] = [hints, mirrorWriter, loop, front] + tellers
        let lasting = inOrder.map { ServiceGroupConfiguration.ServiceConfiguration(service: $0) }
        let settling = ServiceGroupConfiguration.ServiceConfiguration(
            service: Settling(node: node), successTerminationBehavior: .ignore)
        var configuration = ServiceGroupConfiguration(services: lasting + [settling], logger: logger.quiet)
        // A caller that does not read its answer must not keep a node from ending.
        configuration.maximumGracefulShutdownDuration = Self.longestShutdown
        let services = ServiceGroup(configuration: configuration)
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await services.run() }
            // Heeds signals until it is cancelled; so the services end first, whatever the reason.
            group.addTask { await heed(signals) { await services.triggerGracefulShutdown() } }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// When first told to go hands over and serves on for a while; the second time ends at once.
    private func heed(_ signals: UnixSignalsSequence, end: @escaping @Sendable () async -> Void) async {
        let (reasons, told) = AsyncStream.makeStream(of: String.self)
        await withTaskGroup { group in
            group.addTask {
                await withDiscardingTaskGroup { reloads in
                    for await signal in signals {
                        guard signal == .sighup else { told.yield("was told to go"); continue }
                        // Whatever is wrong with it will have been logged.
                        reloads.addTask { _ = try? await reloader.reload() }
                    }
                }
            }
            if let parent {
                group.addTask {
                    await parent.ends()
                    told.yield("the parent process has ended")
                }
            }
            var isLeaving = false
            for await reason in reasons {
                guard !isLeaving else { await end(); continue }
                isLeaving = true
                logger.notice("\(reason); hands over and serves on for \(drain)")
                group.addTask {
                    await node.leave()
                    try? await Task.sleep(for: drain)
                    await end()
                }
            }
            group.cancelAll()
        }
    }
}

/// What runs on a thread that serves no callers: the node's loop, its timers, its commands to Redis up to the socket,
/// and Redis's hints.
///
/// However many requests there are, a renewal waits behind none of them.
private struct OnTheNodesThread: Service {
    private let service: any Service
    private let thread: TaskThread

    init(_ service: any Service, _ thread: TaskThread) {
        self.service = service
        self.thread = thread
    }

    func run() async throws {
        try await withTaskExecutorPreference(thread) { try await service.run() }
    }
}

/// Listens once the node has something to say.
///
/// A node that was started again a moment ago is still in the load balancer's list; a connection refused there goes to
/// another node, an answer "no token" would go to the caller.
private struct Front: Service {
    /// Without Redis the node listens all the same, so that it can be looked at.
    static let longestSilence = Duration.seconds(2)

    let node: Node
    let server: KeeperServer

    func run() async throws {
        await node.readStore(within: Self.longestSilence)
        guard !Task.isShuttingDownGracefully else { return }
        try await server.run()
    }
}

extension Logger {
    /// The machinery's own chatter, below what an operator wants to read.
    fileprivate var quiet: Logger {
        var logger = self
        logger.logLevel = max(logLevel, .warning)
        return logger
    }
}
