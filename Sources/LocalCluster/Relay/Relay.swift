internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// Carries TCP from a port of its own to another port of this machine, and can be made to carry badly.
///
/// Nobody needs to be root for that, and only those are hurt who were told to go through it. A cut holds the bytes
/// back and delivers them when it is healed, as TCP does when a network comes back; a caller that has closed its
/// connection by then is forgotten, and what it sent never arrives. A new connection is accepted during a cut, since no
/// program can keep the kernel from that, and hears nothing.
package final class Relay: Sendable {
    /// Which way nothing gets through.
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

    private struct State {
        var delay = Duration.zero
        /// What ends when the relay refuses: the port it listens on.
        var listener: (any Channel)?
    }

    init(port: Int, target: Int) {
        self.port = port
        self.target = target
    }

    /// Lets nothing through until it is healed; nobody is told.
    package func cut(_ cut: Cut = .bothWays) {
        toTarget.set(open: cut == .fromTarget)
        fromTarget.set(open: cut == .toTarget)
    }

    /// Ends every connection and refuses new ones until it is healed, as if nobody listened.
    package func refuse() async {
        acceptance.set(open: false)
        try? await state.withLock(\.listener)?.close().get()
    }

    /// Delivers everything so much later, each way.
    package func delay(by delay: Duration) { state.withLock { $0.delay = delay } }

    /// Carries well again; returns when it listens.
    package func heal() async {
        delay(by: .zero)
        toTarget.set(open: true)
        fromTarget.set(open: true)
        acceptance.set(open: true)
        try? await eventually("the relay listens") { self.isListening }
    }

    var isListening: Bool { state.withLock { $0.listener?.isActive ?? false } }

    /// Serves until this task is cancelled.
    func run() async throws {
        while !Task.isCancelled {
            try await acceptance.pass()
            try await listen()
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

    /// Carries connections until the port is closed; they end with it.
    private func listen() async throws {
        let server = try await ServerBootstrap(group: Self.group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .bind(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture { try Side(wrappingChannelSynchronously: channel) }
            }
        state.withLock { $0.listener = server.channel }
        try await server.executeThenClose { connections in
            try await withThrowingDiscardingTaskGroup { group in
                for try await caller in connections { group.addTask { await self.carry(caller) } }
                group.cancelAll()
            }
        }
    }

    /// Carries one connection to its end. Whatever ends it is for the two sides to see, and nobody else.
    private func carry(_ caller: Side) async {
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
        try await eventually("the relay listens") { relay.isListening }
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
