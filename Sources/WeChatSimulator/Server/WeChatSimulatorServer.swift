internal import Hummingbird
public import Logging
internal import NIOCore
public import ServiceLifecycle
internal import Synchronization

/// The simulated WeChat on a socket: WeChat's endpoints, and control under `/simulator/`.
///
/// A `Service`: run it in a service group, or with `withSimulator` in a test. It has no authentication and tells
/// every token it issued, so it belongs on a loopback address. What it promises is on the page `docs/simulator.md`.
public final class WeChatSimulatorServer: Service {
    /// What a simulator is made of.
    public struct Configuration: Sendable {
        /// The address to listen on.
        public var host: String
        /// The port to listen on; 0 takes a free one.
        public var port: Int
        /// The apps it knows from the start; more may be added through the control interface.
        public var apps: [SimulatedApp]
        /// How long tokens live.
        public var timing: SimulatedWeChat.Timing
        /// What is held at most.
        public var limits: SimulatedWeChat.Limits
        /// The same seed gives the same tokens in the same order.
        public var seed: UInt64

        /// A simulator on a free port of the loopback address, unless told otherwise.
        public init(
            host: String = "127.0.0.1",
            port: Int = 0,
            apps: [SimulatedApp],
            timing: SimulatedWeChat.Timing,
            limits: SimulatedWeChat.Limits = .init(),
            seed: UInt64 = .random(in: 0...UInt64.max)
        ) {
            self.host = host
            self.port = port
            self.apps = apps
            self.timing = timing
            self.limits = limits
            self.seed = seed
        }
    }

    private let configuration: Configuration
    private let logger: Logger
    private let binding = Binding()
    let state: SimulatorState

    /// Throws if two apps have one appid, or there are too many.
    public init(_ configuration: Configuration, logger: Logger) throws(SimulatorError) {
        self.configuration = configuration
        self.logger = logger
        self.state = try SimulatorState(configuration)
    }

    /// Serves until a graceful shutdown or cancellation.
    ///
    /// Calls that a fault holds back are dropped then.
    public func run() async throws {
        let openCalls = OpenCalls(state: state)
        let router = Router(context: SimulatorContext.self)
        WeChatRoutes(state: state, openCalls: openCalls).add(to: router)
        ControlRoutes(state: state).add(to: router)
        let application = Application(
            router: router,
            server: .http1(configuration: .init(additionalChannelHandlers: [CallerWatch(openCalls)])),
            configuration: .init(address: .hostname(configuration.host, port: configuration.port)),
            onServerRunning: { channel in self.binding.bound(to: channel.localAddress?.port) },
            logger: logger
        )
        defer { binding.ended() }
        try await application.run()
    }

    /// The port it listens on.
    ///
    /// Waits until it does; throws if it ended before.
    public var port: Int {
        get async throws { try await binding.port }
    }

    /// `http://127.0.0.1:9100`, with the true port: the base URL of this WeChat.
    ///
    /// Waits as `port` does.
    public var baseURL: String {
        get async throws {
            let host = configuration.host.contains(":") ? "[\(configuration.host)]" : configuration.host
            return "http://\(host):\(try await port)"
        }
    }

    /// Runs a simulator for as long as `body` runs, and is bound before `body` begins.
    public static func withSimulator<Result: Sendable>(
        _ configuration: Configuration,
        logger: Logger,
        _ body: (WeChatSimulatorServer) async throws -> Result
    ) async throws -> Result {
        let server = try WeChatSimulatorServer(configuration, logger: logger)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            defer { group.cancelAll() }
            _ = try await server.port
            return try await body(server)
        }
    }
}

/// Tells whoever waits which port was bound.
private final class Binding: Sendable {
    private enum State {
        /// Can transition to: `bound` when the socket listens; `ended`.
        case waiting([AsyncStream<Int?>.Continuation])
        /// Can transition to: `ended`.
        case bound(Int)
        /// Can transition to: nothing.
        case ended
    }

    private let state = Mutex(State.waiting([]))

    var port: Int {
        get async throws {
            let (stream, continuation) = AsyncStream.makeStream(of: Int?.self)
            state.withLock { state in
                switch state {
                case .waiting(let others): state = .waiting(others + [continuation])
                case .bound(let port): continuation.yield(port)
                case .ended: continuation.finish()
                }
            }
            for await port in stream {
                guard let port else { break }
                return port
            }
            try Task.checkCancellation()
            throw SimulatorError.notBound("it ended first")
        }
    }

    func bound(to port: Int?) { settle(port.map(State.bound) ?? .ended, telling: port) }

    func ended() { settle(.ended, telling: nil) }

    private func settle(_ next: State, telling port: Int?) {
        let waiting = state.withLock { state -> [AsyncStream<Int?>.Continuation] in
            defer { state = next }
            if case .waiting(let continuations) = state { return continuations }
            return []
        }
        for continuation in waiting {
            continuation.yield(port)
            continuation.finish()
        }
    }
}
