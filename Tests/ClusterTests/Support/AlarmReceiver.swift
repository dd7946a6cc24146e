import Hummingbird
import Logging
import Synchronization

/// Takes what is posted to it, as a chat's robot would.
final class AlarmReceiver: Sendable {
    private let posted = Mutex<[String]>([])
    private let port: Int

    private init(port: Int) { self.port = port }

    /// Where to post.
    var url: String { "http://127.0.0.1:\(port)/hook" }
    var bodies: [String] { posted.withLock { $0 } }

    /// Runs `body` with a receiver, which is gone afterwards.
    static func with(_ body: (AlarmReceiver) async throws -> Void) async throws {
        let (arrivals, arrived) = AsyncStream.makeStream(of: String.self)
        let (ports, announced) = AsyncStream.makeStream(of: Int.self)
        let router = Router()
        router.post("/hook") { request, _ in
            arrived.yield(String(buffer: try await request.body.collect(upTo: 65_536)))
            return HTTPResponse.Status.noContent
        }
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { announced.yield($0.localAddress?.port ?? 0) },
            logger: Logger(label: "receiver") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            defer { group.cancelAll() }
            for await port in ports.prefix(1) {
                let receiver = AlarmReceiver(port: port)
                group.addTask { for await body in arrivals { receiver.posted.withLock { $0.append(body) } } }
                try await body(receiver)
            }
        }
    }
}
