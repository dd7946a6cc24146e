internal import Hummingbird
internal import HummingbirdCore
public import KeeperCore
public import KeeperPorts
public import Logging
internal import NIOCore
public import ServiceLifecycle

/// The HTTP side of a node: business servers, health checks, operators, and other nodes.
///
/// Promises: nobody without a key learns anything but how the node is; a failing answer takes nothing else down; every
/// request, connection and wait has a limit. Graceful shutdown stops listening, closes idle connections, lets requests
/// in progress finish and then returns. While the node drains, every answer ends its connection.
/// Does not promise: TLS.
public struct KeeperServer: Service {
    /// Connections, unless told otherwise.
    ///
    /// For one more the longest idle one is closed; if none is idle it waits in the kernel's queue.
    public static let mostConnections = 16_384
    /// Connections on their way out, before nothing more is accepted.
    static let leavingConnections = 8

    private let host: String
    private let port: Int
    private let node: NodeName
    let provider: any CredentialProvider
    let registry: AccessRegistry
    let reconfiguring: any Reconfiguring
    private let authenticator: NodeAuthenticator
    let logger: Logger
    private let onBound: @Sendable (Int) async -> Void
    let limits = ReportLimits()
    let connections: Connections
    private let mostConnections: Int
    /// Whether reads are answered on the event loop; all the same answers come without it, and tests compare them.
    var answersReadsAtOnce = true

    /// Describes a server; `run` starts it.
    /// - Parameters:
    ///   - host: the address to listen on.
    ///   - port: the port; 0 takes any free one.
    ///   - holder: this node, as it stands in the store.
    ///   - provider: the node itself.
    ///   - reconfiguring: who reads the configuration again when an operator asks.
    ///   - registry: who may ask, and what about; looked up anew for every request.
    ///   - secret: what authenticates other nodes.
    ///   - mostConnections: how many callers' connections are kept open.
    ///   - onBound: told the port as soon as requests are accepted.
    public init(
        host: String, port: Int, holder: LeaseHolder, provider: any CredentialProvider,
        reconfiguring: any Reconfiguring, registry: AccessRegistry, secret: ClusterSecret,
        mostConnections: Int = Self.mostConnections, logger: Logger,
        onBound: @escaping @Sendable (Int) async -> Void = { _ in }
    ) {
        self.host = host
        self.port = port
        node = holder.node
        self.provider = provider
        self.reconfiguring = reconfiguring
        self.registry = registry
        authenticator = NodeAuthenticator(
            holder: holder, secret: secret, log: RateLimitedLog(logger), clock: NodeClock.system)
        self.mostConnections = mostConnections
        connections = Connections(most: mostConnections, log: RateLimitedLog(logger))
        self.logger = logger
        self.onBound = onBound
    }

    /// Serves until graceful shutdown, or until listening fails.
    public func run() async throws { try await application.run() }

    /// Hummingbird's side of it.
    var application: Application<KeeperResponder> {
        let responder = KeeperResponder(
            node: node, registry: registry, authenticator: authenticator, routes: RouteTable(routes),
            isDraining: { [provider] in provider.isDraining }, logger: logger)
        let source = ReadSource(provider: provider, registry: registry, node: node, reader: responder)
        let reads = answersReadsAtOnce ? Reads(source) : nil
        return Application(
            responder: responder,
            server: HTTPServerBuilder { [node, connections] in
                KeeperChannel(responder: $0, node: node, connections: connections, reads: reads)
            },
            configuration: .init(
                address: .hostname(host, port: port), backlog: 1024,
                availableConnectionsDelegate: .maximum(mostConnections + Self.leavingConnections, logger: logger)),
            onServerRunning: { channel in
                await guardAccepting(on: channel)
                await onBound(channel.localAddress?.port ?? port)
            },
            logger: logger)
    }

    private func guardAccepting(on channel: any Channel) async {
        // Fails only if the channel has closed already.
        try? await channel.eventLoop.submit { [authenticator, connections, mostConnections] in
            try channel.syncOptions?.setOption(.maxMessagesPerRead, value: Self.burst(mostConnections))
            try channel.pipeline.syncOperations.addHandlers(
                [AcceptGuard(authenticator.log), ConnectionLimiter(connections)], position: .first)
        }.get()
    }

    /// How many connections are accepted before those that there are have their turn.
    ///
    /// Of many that come at once the last waits for all the turns before its own. There may be so many more than `most`
    /// for a moment, so where few are allowed it is few.
    static func burst(_ most: Int) -> UInt { UInt(max(4, min(64, most / 16))) }
}
