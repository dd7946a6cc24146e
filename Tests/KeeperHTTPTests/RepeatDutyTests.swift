import HTTPTypes
import KeeperCore
import NIOCore
import NIOEmbedded
import NIOPosix
import Testing

@testable import KeeperHTTP

/// What whoever answers before all others owes to them.
@Suite struct RepeatDutyTests {
    private typealias Connection = RepeatTests.Connection
    private static let known = RepeatTests.known

    private func ask(_ connection: Connection, times count: Int = 1) throws {
        for _ in 0..<count { #expect(try connection.answers(to: [Self.known]).contains("TOKEN")) }
    }

    // MARK: The connection is in use

    @Test func connectionOfRepeatsAlone_IsNotQuiet() async throws {
        let cache = try ReadCache(RepeatTests.source(.withToken()))
        _ = try await written { socket in
            let connections = RepeatTests.connections()
            let connection = try Connection(cache, recognises: true, among: connections)
            defer { connection.finish() }
            try ask(connection, times: 3)
            try connection.writeTo(socket)
            var time = NIODeadline.now()
            for _ in 0..<5 {
                time = time + .seconds(60)
                #expect(try connection.answers(to: [Self.known]) == "", "the socket has it")
                connections.endOverdue(at: time)
                #expect(connection.channel.isActive)
            }
            connections.endOverdue(at: time + .seconds(75))
            #expect(connection.channel.isActive)
            connections.endOverdue(at: time + .seconds(76))
            #expect(!connection.channel.isActive, "nothing was asked for 75 seconds")
        }
    }

    @Test func connectionOfRepeatsAlone_StaysWhenAnotherMustGo() async throws {
        let cache = try ReadCache(RepeatTests.source(.withToken()))
        _ = try await written { socket in
            let connections = RepeatTests.connections(most: 2)
            let first = try Connection(cache, recognises: true, among: connections)
            try ask(first, times: 3)
            try first.writeTo(socket)
            let second = try Connection(cache, recognises: true, among: connections)
            #expect(try first.answers(to: [Self.known]) == "", "the socket has it")
            let third = try Connection(cache, recognises: true, among: connections)
            #expect(first.channel.isActive && !second.channel.isActive && third.channel.isActive)
            for connection in [first, second, third] { connection.finish() }
        }
    }

    // MARK: The configuration is read again

    /// Reads as another does; then, before the request is answered, the configuration is read again, and another
    /// connection of the same thread has a request.
    private final class Interrupted: RequestReader, @unchecked Sendable {
        let reader: any RequestReader
        let registry: AccessRegistry
        var cache: ReadCache?
        var isInterrupted = false

        init(_ source: ReadSource) { (reader, registry) = (source.reader, source.registry) }

        func mayReadByBody(_ head: HTTPRequest) -> Bool { reader.mayReadByBody(head) }

        func read(_ head: HTTPRequest, _ body: ByteBuffer?, on channel: any Channel) -> CredentialRead? {
            let read = reader.read(head, body, on: channel)
            guard isInterrupted else { return read }
            registry.replace(clients: registry.entries.clients, apps: registry.entries.apps)
            _ = cache?.answer(toBytes: ByteBuffer(string: "another"))
            return read
        }
    }

    /// What a client may do is looked up before its request is understood, so what it may not do any more is not
    /// learned.
    @Test func permissionFromBeforeARequest_IsTheOneItIsLearnedBy() throws {
        let source = try RepeatTests.source(.withToken())
        let reader = Interrupted(source)
        let cache = ReadCache(
            ReadSource(provider: source.provider, registry: source.registry, node: source.node, reader: reader))
        reader.cache = cache
        let connection = try Connection(cache, recognises: true)
        defer { connection.finish() }
        reader.isInterrupted = true
        try ask(connection)
        reader.isInterrupted = false
        try ask(connection, times: 2)
        #expect(connection.parsed.count == 3, "the first time did not count")
        try ask(connection)
        #expect(connection.parsed.count == 3)
        reader.cache = nil
    }

    // MARK: The connection ends

    /// Gathers what comes, until the connection ends.
    private final class Gathering: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let end: EventLoopPromise<String>
        private var text = ""

        init(_ end: EventLoopPromise<String>) { self.end = end }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) { text += String(buffer: unwrapInboundIn(data)) }
        func channelInactive(context: ChannelHandlerContext) { end.succeed(text) }
    }

    /// Runs `work` with a socket.
    ///
    /// Returns all that was written to it.
    private func written(_ work: (SocketWriter) throws -> Void) async throws -> String {
        let group = MultiThreadedEventLoopGroup.singleton
        let all = group.next().makePromise(of: String.self)
        let server = try await ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Gathering(all)) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let client = try await ClientBootstrap(group: group)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Idler()) }
            }
            .connect(to: #require(server.localAddress)).get()
        let writer = try await client.eventLoop.submit {
            try SocketWriter(client.pipeline.syncOperations.context(handlerType: Idler.self))
        }.get()
        try work(#require(writer))
        try await client.close()
        defer { server.close(promise: nil) }
        return try await all.futureResult.get()
    }

    private final class Idler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
    }

    /// The kernel gives the number of a socket that was closed to the next connection.
    @Test func connectionThatHasEnded_WritesToNoSocket() async throws {
        let cache = try ReadCache(RepeatTests.source(.withToken()))
        let text = try await written { socket in
            let connection = try Connection(cache, recognises: true)
            try ask(connection, times: 2)
            try connection.writeTo(socket)
            #expect(try connection.answers(to: [Self.known]) == "", "the socket has it")
            connection.channel.pipeline.fireChannelInactive()
            _ = try? connection.channel.writeInbound(ByteBuffer(string: Self.known))
            connection.finish()
        }
        #expect(text.split(separator: "TOKEN").count == 2, "one answer")
    }
}

extension RepeatTests.Connection {
    /// Lets the answers to known requests go to this socket.
    fileprivate func writeTo(_ socket: SocketWriter) throws {
        try channel.pipeline.syncOperations.handler(type: RepeatHandler.self).socket = socket
    }
}
