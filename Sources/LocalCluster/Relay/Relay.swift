internal import ClusterObservation
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// Carries TCP from a port of its own to another port of this machine, and can be made to carry badly.
///
/// Nobody needs to be root for that, and only those are hurt who were told to go through it. A cut holds the bytes
/// back and delivers them when it is healed, as TCP does when a network comes back; a caller that has closed its
/// connection by then is forgotten, and what it sent never arrives. A new connection does not come about during a cut.
package final class Relay: Sendable {
    /// Which way nothing gets through.
    ///
    /// No way lets a new connection come about.
    package enum Cut: Sendable {
        case bothWays
        /// Requests are held back.
        case toTarget
        /// Requests arrive, their answers are held back.
        case fromTarget
    }

    /// Where it listens.
    package let port: Int
    private let target: Int
    private let toTarget = Valve()
    private let fromTarget = Valve()
    private let acceptance = Valve()
    private let state = Mutex(State())

    /// What becomes of new connections.
    private enum Manner {
        case accepts
        /// They hang, as when nothing comes through.
        case isDeaf
        /// They fail at once, as when nobody listens.
        case refuses
    }

    private struct State {
        var manner = Manner.accepts
        var delay = Duration.zero
        /// What holds the port in the present manner; nil between two manners, and while the relay refuses.
        var listener: (any Channel)?
        var callers: [ObjectIdentifier: any Channel] = [:]
    }

    init(port: Int, target: Int) {
        self.port = port
        self.target = target
    }

    /// Lets nothing through until it is healed; nobody is told.
    package func cut(_ cut: Cut = .bothWays) async {
        toTarget.set(open: cut == .fromTarget)
        fromTarget.set(open: cut == .toTarget)
        await change(to: .isDeaf)
    }

    /// Ends every connection and refuses new ones until it is healed, as if nobody listened.
    package func refuse() async {
        await change(to: .refuses)
        for caller in state.withLock({ Array($0.callers.values) }) { try? await caller.close().get() }
    }

    /// Delivers everything so much later, each way.
    package func delay(by delay: Duration) { state.withLock { $0.delay = delay } }

    /// Carries well again; returns when it listens.
    package func heal() async {
        delay(by: .zero)
        toTarget.set(open: true)
        fromTarget.set(open: true)
        await change(to: .accepts)
    }

    /// Returns when new connections are treated so.
    private func change(to manner: Manner) async {
        let old = state.withLock { state -> (any Channel)? in
            guard state.manner != manner else { return nil }
            state.manner = manner
            defer { state.listener = nil }
            return state.listener
        }
        acceptance.set(open: manner != .refuses)
        try? await old?.close().get()
        if manner != .refuses { try? await eventually("the relay has changed") { self.holdsPort } }
    }

    var holdsPort: Bool { state.withLock { $0.listener != nil } }

    /// Whether there is any connection.
    var carries: Bool { state.withLock { !$0.callers.isEmpty } }

    /// Takes a channel for the one that holds the port, unless the manner has changed meanwhile.
    private func take(_ listener: any Channel, for manner: Manner) -> Bool {
        state.withLock { state in
            guard state.manner == manner else { return false }
            state.listener = listener
            return true
        }
    }

    /// Serves until this task is cancelled.
    func run() async throws {
        try await withThrowingDiscardingTaskGroup { connections in
            defer { connections.cancelAll() }
            while !Task.isCancelled {
                switch state.withLock(\.manner) {
                case .accepts: try await accept(into: &connections)
                case .isDeaf: try await beDeaf()
                case .refuses: try await acceptance.pass()
                }
            }
        }
    }
}

extension Relay {
    private typealias Side = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    /// Bytes on their way, and when they may arrive.
    private typealias Parcel = (bytes: ByteBuffer, due: ContinuousClock.Instant)

    /// Pieces held back for one side of one connection.
    private static let mostHeld = 1024

    /// One group for all relays: a connection never waits for another.
    private static var group: any EventLoopGroup { .singletonMultiThreadedEventLoopGroup }

    /// Takes connections until the manner changes; they go on.
    private func accept(into connections: inout ThrowingDiscardingTaskGroup<any Error>) async throws {
        let server = try await ServerBootstrap(group: Self.group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .bind(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture { try Side(wrappingChannelSynchronously: channel) }
            }
        try await server.executeThenClose { callers in
            guard take(server.channel, for: .accepts) else { return }
            for try await caller in callers { connections.addTask { await self.carry(caller) } }
        }
    }

    /// Holds the port so that nobody gets in, until the manner changes.
    ///
    /// No program can keep the kernel from answering whoever wants to connect, unless the queue of those who wait to be
    /// accepted is full: listen(2). So it is made as short as it can be, and filled.
    private func beDeaf() async throws {
        let server = try await ServerBootstrap(group: Self.group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.backlog, value: 0)
            .serverChannelOption(.autoRead, value: false)
            .bind(host: "127.0.0.1", port: port).get()
        // If somebody else has taken the one place meanwhile, the queue is as full.
        let filler = try? await ClientBootstrap(group: Self.group).connectTimeout(.milliseconds(200))
            .connect(host: "127.0.0.1", port: port).get()
        await withTaskCancellationHandler {
            if take(server, for: .isDeaf) { try? await server.closeFuture.get() }
        } onCancel: {
            server.close(promise: nil)
        }
        try? await server.close().get()
        try? await filler?.close().get()
    }

    /// Carries one connection to its end.
    ///
    /// Whatever ends it is for the two sides to see, and nobody else.
    private func carry(_ caller: Side) async {
        let number = ObjectIdentifier(caller.channel)
        state.withLock { $0.callers[number] = caller.channel }
        defer { state.withLock { $0.callers[number] = nil } }
        try? await caller.executeThenClose { fromCaller, toCaller in
            let target = try await ClientBootstrap(group: Self.group)
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .connect(host: "127.0.0.1", port: target) { channel in
                    channel.eventLoop.makeCompletedFuture { try Side(wrappingChannelSynchronously: channel) }
                }
            try await target.executeThenClose { fromTarget, toTarget in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    let limit = AsyncStream<Parcel>.Continuation.BufferingPolicy.bufferingOldest(Self.mostHeld)
                    let (requests, question) = AsyncStream.makeStream(of: Parcel.self, bufferingPolicy: limit)
                    let (answers, reply) = AsyncStream.makeStream(of: Parcel.self, bufferingPolicy: limit)
                    // A caller that has gone is owed nothing, so its end is the end of all four.
                    group.addTask {
                        try await self.take(fromCaller, question)
                        throw CancellationError()
                    }
                    group.addTask { try await self.give(requests, to: toTarget, through: self.toTarget) }
                    group.addTask { try await self.take(fromTarget, reply) }
                    // A target that has gone is owed the delivery of what it said.
                    group.addTask {
                        try await self.give(answers, to: toCaller, through: self.fromTarget)
                        throw CancellationError()
                    }
                    defer { group.cancelAll() }
                    // Not `waitForAll`, which waits for the others after the first has thrown.
                    while try await group.next() != nil {}
                }
            }
        }
    }

    /// Reads at once, so that the end of a connection is seen whatever is held back.
    private func take(
        _ side: NIOAsyncChannelInboundStream<ByteBuffer>, _ parcels: AsyncStream<Parcel>.Continuation
    ) async throws {
        defer { parcels.finish() }
        for try await bytes in side {
            // Whoever sends so much without an answer is cut off.
            guard case .enqueued = parcels.yield((bytes, .now + state.withLock(\.delay))) else { return }
        }
    }

    private func give(
        _ parcels: AsyncStream<Parcel>, to side: NIOAsyncChannelOutboundWriter<ByteBuffer>, through valve: Valve
    ) async throws {
        for await parcel in parcels {
            if parcel.due > .now { try await pace(until: parcel.due) }
            try await valve.pass()
            try await side.write(parcel.bytes)
        }
    }
}

/// Opens relays, which all close with the scope that handed this out.
struct Relays: Sendable {
    fileprivate let opened: AsyncStream<Relay>.Continuation

    /// A relay on a free port, ready to carry.
    func open(to target: Int) async throws -> Relay {
        let relay = Relay(port: try await FreePorts.take(), target: target)
        opened.yield(relay)
        try await eventually("the relay listens") { relay.holdsPort }
        return relay
    }
}

/// Runs `body`, then closes every relay it has opened.
func withRelays<Value: Sendable>(_ body: (Relays) async throws -> Value) async throws -> Value {
    let (relays, continuation) = AsyncStream.makeStream(of: Relay.self)
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            try await withThrowingDiscardingTaskGroup { group in
                for await relay in relays { group.addTask { try await relay.run() } }
            }
        }
        defer { group.cancelAll() }
        return try await body(Relays(opened: continuation))
    }
}
