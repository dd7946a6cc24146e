import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import KeeperCore
import KeeperPorts
import Logging
import ServiceLifecycle
import Testing

@testable import KeeperHTTP

/// One server before a fake node, and the keys of its clients.
enum World {
    static let secret = ClusterSecret(Array("a secret of this cluster alone".utf8), cluster: "test")
    static let knownApps = [AppID("wx1"), AppID("wx2"), AppID("wx3")]

    /// The clients by what they may do; the key of each is its id with `-key`.
    static let clients: [Client] = [
        client("shop", .only([AppID("wx1")]), [.read, .refresh]),
        client("two", .only([AppID("wx1"), AppID("wx2")]), [.read, .refresh]),
        client("reader", .only([AppID("wx1")]), [.read]),
        client("corp", .only([AppID("ww1-1")]), [.read]),
        client("watcher", .all, [.observe]),
        client("operator", .all, [.operate]),
        client("admin", .all, [.read, .refresh, .observe, .operate]),
    ]

    static func client(_ id: String, _ apps: Client.Apps, _ scopes: Set<Client.Scope>) -> Client {
        Client(id: id, key: KeyDigest(of: id + "-key"), apps: apps, scopes: scopes)
    }

    static func registry(_ apps: [AppID], known: [KnownApp]? = nil) throws -> AccessRegistry {
        AccessRegistry(
            clients: try ClientDirectory(clients, apps: apps),
            apps: KnownApps(known ?? apps.map { KnownApp(id: $0) }))
    }

    static func server(
        _ provider: FakeProvider, apps: [AppID] = knownApps, known: [KnownApp]? = nil,
        registry: AccessRegistry? = nil, mostConnections: Int = KeeperServer.mostConnections,
        onBound: @escaping @Sendable (Int) -> Void = { _ in }
    ) throws -> KeeperServer {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let registry = try registry ?? self.registry(apps, known: known)
        return KeeperServer(
            host: "127.0.0.1", port: 0, holder: .example(), provider: provider, reconfiguring: provider,
            registry: registry, secret: secret, mostConnections: mostConnections, logger: logger, onBound: onBound)
    }

    /// Runs a real server on a free port; it is gone afterwards.
    static func withServer<Value: Sendable>(
        _ provider: FakeProvider, known: [KnownApp]? = nil, mostConnections: Int = KeeperServer.mostConnections,
        _ work: (_ port: Int) async throws -> Value
    ) async throws -> Value {
        let (ports, announced) = AsyncStream.makeStream(of: Int.self)
        let apps = known.map { $0.map(\.id) } ?? knownApps
        let server = try server(provider, apps: apps, known: known, mostConnections: mostConnections) {
            announced.yield($0)
        }
        let services = ServiceGroup(services: [server], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await services.run() }
            let port = try #require(await ports.first { _ in true })
            let result: Result<Value, any Error>
            do { result = .success(try await work(port)) } catch { result = .failure(error) }
            await services.triggerGracefulShutdown()
            try await group.waitForAll()
            return try result.get()
        }
    }
}

/// An answer, read.
struct Reply {
    let status: Int
    let headers: HTTPFields
    let text: String

    init(_ response: TestResponse) {
        status = response.status.code
        headers = response.headers
        text = String(buffer: response.body)
    }

    func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { headers[$0] } }

    /// The body as a JSON object.
    var json: [String: any Sendable] {
        get throws { try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: any Sendable]) }
    }

    func string(_ name: String) throws -> String? { try json[name] as? String }
    func int(_ name: String) throws -> Int? { try json[name] as? Int }
    func bool(_ name: String) throws -> Bool? { try json[name] as? Bool }
}

extension FakeProvider {
    /// Asks a server before this node, without a network.
    func ask(
        _ method: HTTPRequest.Method = .get, _ uri: String, as client: String? = nil, authorization: String? = nil,
        type: String? = nil, body: String? = nil, apps: [AppID] = World.knownApps, known: [KnownApp]? = nil
    ) async throws -> Reply {
        var headers = HTTPFields()
        headers[.contentType] = type
        headers[.authorization] = authorization ?? client.map { "Bearer \($0)-key" }
        return try await World.server(self, apps: apps, known: known).application.test(.live) { [headers] server in
            try await server.execute(
                uri: uri, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) }
            ) { Reply($0) }
        }
    }

    /// A node that has a token for wx1.
    static func withToken(_ token: String = "TOKEN", isStale: Bool = false) -> FakeProvider {
        let provider = FakeProvider()
        provider.change { state in
            state.readings[AppID("wx1")] = .token(
                ServedCredential(credential: .example(token: token)), expiresIn: 3599, isStale: isStale)
            state.readings[AppID("wx2")] = TokenReading.none
        }
        return provider
    }
}
