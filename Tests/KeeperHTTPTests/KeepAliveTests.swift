import HTTPTypes
import Hummingbird
import HummingbirdTesting
import KeeperCore
import NIOCore
import Testing

@testable import KeeperHTTP

/// Connections that outlive a request.
@Suite struct KeepAliveTests {
    @Test func connection_IsKept_AfterARefresh() async throws {
        let provider = FakeProvider.withToken()
        try await World.server(provider).application.test(.live) { server in
            for _ in 0..<3 {
                let refreshed = try await server.execute(
                    uri: "/token/refresh", method: .post, headers: [.authorization: "Bearer shop-key"],
                    body: ByteBuffer(string: #"{"access_token":"OLD"}"#))
                #expect(refreshed.status == .serviceUnavailable)
                #expect(refreshed.headers[.connection] == nil)
            }
        }
    }

    @Test func shutdown_ClosesIdleConnections() async throws {
        // `withServer` returns only when the server has ended; an idle connection must not keep it.
        let client = try await World.withServer(.withToken()) { port in
            let client = TestClient(host: "127.0.0.1", port: port)
            client.connect()
            let response = try await client.execute(TestClient.Request("/livez", method: .get, authority: "localhost"))
            #expect(response.status == .ok)
            return client
        }
        try? await client.close()  // the server has done it already
    }

    /// A request sent ahead has the same time for its body as one alone; else whoever sends a whole one before it would
    /// keep the connection for ever, byte by byte, and could never be let go for another.
    @Test(arguments: [1, 2]) func requestSentAhead_HasItsTime(count: Int) async throws {
        let server = try World.server(.withToken())
        try await server.application.test(.live) { client in
            try await Wire.open(to: try #require(client.port)) { wire in
                let whole = String(repeating: "GET /livez HTTP/1.1\r\nHost: n\r\n\r\n", count: count)
                let half = "POST /token/refresh HTTP/1.1\r\nHost: n\r\nAuthorization: Bearer shop-key\r\n"
                try await wire.say(whole + half + "Expect: 100-continue\r\nContent-Length: 9\r\n\r\n")
                for _ in 0..<count { #expect(try await wire.answer()?.status == 200) }
                // Asked for after the answers before have gone, so their end is known.
                #expect(try await wire.answer()?.status == 100)
                #expect(server.connections.endOverdue(at: .now() + .seconds(25)) == 0)
                #expect(server.connections.endOverdue(at: .now() + .seconds(31)) == 1)
                #expect(try await wire.hasEnded())
            }
        }
    }

    @Test func idleConnections_MakeRoomForWhoAsks() async throws {
        try await World.withServer(.withToken(), mostConnections: 3) { (port: Int) async throws -> Void in
            let request = TestClient.Request("/livez", method: .get, authority: "localhost")
            var clients: [TestClient] = []
            for _ in 0..<20 {
                let client = TestClient(host: "127.0.0.1", port: port)
                client.connect()
                clients.append(client)
                let status = try await client.execute(request).status
                #expect(status == .ok)
            }
            // The last ones are still there, the first one is not.
            for client in clients.suffix(3) {
                let status = try await client.execute(request).status
                #expect(status == .ok)
            }
            let first = try? await clients[0].execute(request)
            #expect(first == nil)
            for client in clients { try? await client.close() }
        }
    }

    @Test(arguments: [(8, 4), (48, 4), (176, 11), (768, 48), (1024, 64), (16_384, 64)])
    func newConnections_ComeManyAtOnce_WhereManyAreAllowed(_ most: Int, _ burst: UInt) {
        #expect(KeeperServer.burst(most) == burst)
    }
}
