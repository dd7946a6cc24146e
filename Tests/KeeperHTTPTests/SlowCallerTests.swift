import ClusterObservation
import Foundation
import Hummingbird
import HummingbirdTesting
import KeeperCore
import KeeperTestKit
import NIOCore
import NIOPosix
import Testing

@testable import KeeperHTTP

/// Callers who send or take too slowly, on real connections: each phase has its time.
@Suite struct SlowCallerTests {
    /// Ends whoever would be too slow after so long; tries until there is somebody, for bytes need their time.
    private func isEnded(_ server: KeeperServer, after time: TimeAmount) async throws -> Bool {
        var count = 0
        try await eventually("somebody is ended", within: .seconds(8)) {
            count += server.connections.endOverdue(at: .now() + time)
            return count > 0
        }
        return count == 1
    }

    @Test func headThatIsNeverComplete_EndsItsConnection() async throws {
        let server = try World.server(.withToken())
        try await server.application.test(.live) { client in
            try await Wire.open(to: try #require(client.port)) { wire in
                // A connection that is quiet, before it or between two requests, is in less of a hurry.
                try await wire.say("GET /livez HTTP/1.1\r\nHost: n\r\n\r\n")
                #expect(try await wire.answer()?.status == 200)
                #expect(server.connections.endOverdue(at: .now() + .seconds(74)) == 0)
                try await wire.say("GET /livez HTT")
                #expect(try await isEnded(server, after: .seconds(11)))
                #expect(try await wire.hasEnded())
            }
        }
    }

    @Test func bodyThatIsNeverComplete_EndsItsConnection() async throws {
        let server = try World.server(.withToken())
        try await server.application.test(.live) { client in
            try await Wire.open(to: try #require(client.port)) { wire in
                // In one piece: a head alone is ended too, with bytes behind it that nobody has read.
                try await wire.say(
                    "POST /token/refresh HTTP/1.1\r\nHost: n\r\nAuthorization: Bearer shop-key\r\n"
                        + "Content-Length: 99\r\n\r\n{")
                #expect(try await isEnded(server, after: .seconds(31)))
                #expect(try await wire.hasEnded())
            }
        }
    }

    @Test func answerThatNobodyTakes_EndsItsConnection() async throws {
        let server = try World.server(.withToken())
        try await server.application.test(.live) { client in
            try await Wire.open(to: try #require(client.port)) { wire in
                // More than the buffers of both ends hold.
                let requests = String(repeating: "GET /openapi.yaml HTTP/1.1\r\nHost: n\r\n\r\n", count: 2000)
                try await wire.say(requests)
                #expect(try await isEnded(server, after: .seconds(31)))
            }
        }
    }

    @Test func whoIsEnded_IsToldOfInTheLog() async throws {
        let log = LogBook()
        let server = try World.server(FakeProvider.withToken(), logger: log.logger)
        try await server.application.test(.live) { client in
            try await Wire.open(to: try #require(client.port)) { wire in
                server.connections.endOverdue()
                #expect(log.told.isEmpty, "nobody is no news")
                try await wire.say("GET /livez HTT")
                #expect(try await isEnded(server, after: .seconds(11)))
                #expect(log.told == ["warning closed 1 connections whose callers sent or took too slowly"])
            }
        }
    }

    /// A load balancer must let go of a connection before we do, or it sends a request into one that is just closing.
    @Test func idleConnection_IsKeptLongerThanLoadBalancersKeepTheirs() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../..")
        for (file, pattern) in [
            ("deploy/nginx/nginx.conf", /keepalive_timeout (\d+)s;/),
            ("deploy/haproxy/haproxy.cfg", /timeout http-keep-alive (\d+)s/),
        ] {
            let text = try String(contentsOf: root.appending(path: file), encoding: .utf8)
            let seconds = try #require(text.firstMatch(of: pattern).flatMap { Int64($0.1) })
            #expect(.seconds(seconds) < ConnectionTable.longestQuiet, "\(file)")
        }
        let told = "closed after \(ConnectionTable.longestQuiet.nanoseconds / 1_000_000_000) s"
        for file in ["docs/api.md", "docs/configuration.md"] {
            let text = try String(contentsOf: root.appending(path: file), encoding: .utf8)
            #expect(text.contains(told), "\(file)")
        }
    }
}

/// What takes as long as it takes: `deploy/test.sh --long` alone.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["WXKEEPER_LONG"] != nil)) struct LongConnectionTests {
    private func ends(after request: String) async throws -> Duration {
        let server = try World.server(.withToken())
        return try await server.application.test(.live) { client in
            let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .connect(host: "127.0.0.1", port: try #require(client.port)).get()
            let start = ContinuousClock.now
            try await channel.writeAndFlush(ByteBuffer(string: request))
            try await channel.closeFuture.get()
            return .now - start
        }
    }

    @Test func idleConnection_IsClosedAfter75Seconds() async throws {
        let time = try await ends(after: "GET /livez HTTP/1.1\r\nHost: n\r\n\r\n")
        #expect(time > .seconds(74) && time < .seconds(79))
    }

    @Test func unfinishedHead_IsClosedAfterTenSeconds() async throws {
        let time = try await ends(after: "GET /livez HTT")
        #expect(time > .seconds(9) && time < .seconds(14))
    }
}
