import HTTPTypes
import Hummingbird
import HummingbirdTesting
import KeeperCore
import Logging
import Synchronization
import Testing

@testable import KeeperHTTP

/// What comes of an error that nobody foresaw.
@Suite struct FailureTests {
    private struct Mishap: Error {
        let secret = "SECRET-TOKEN"
    }

    @Test func handlerThatThrows_IsAnswered500_AndLoggedWithoutItsWords() async throws {
        let lines = LogLines()
        let logger = Logger(label: "test") { _ in lines.handler }
        let authenticator = NodeAuthenticator(
            holder: .example(), secret: World.secret, log: RateLimitedLog(logger),
            clock: NodeClock.system)
        let responder = KeeperResponder(
            node: NodeName("a"), registry: try World.registry([]), authenticator: authenticator,
            endpoints: ["/fails": .open { throw Mishap() }, "/works": .open { Response(status: .ok) }], dropIns: [:],
            draining: DrainingFlag(), logger: logger)
        try await Application(responder: responder, logger: logger).test(.live) { server in
            let failed = Reply(try await server.execute(uri: "/fails?appid=SECRET-TOKEN", method: .get))
            #expect(failed.status == 500)
            #expect(try failed.int("errcode") == 500)
            #expect(!failed.text.contains("Mishap") && !failed.text.contains("SECRET"))
            #expect(try await server.execute(uri: "/works", method: .get).status == .ok)
        }
        let errors = lines.all.filter { $0.hasPrefix("error") }
        #expect(errors.count == 1)
        #expect(errors.first?.contains("/fails") == true && errors.first?.contains("Mishap") == true)
        #expect(!lines.all.joined().contains("SECRET"))
    }

    @Test func warnings_AreLogged_OnceInTenSeconds() {
        let lines = LogLines()
        let log = RateLimitedLog(Logger(label: "test") { _ in lines.handler })
        let start = ContinuousClock.now
        for second in [0, 1, 9, 10, 11] { log.warn("refused", at: start + .seconds(second)) }
        #expect(lines.all == ["warning refused", "warning refused log.left-out=2"])
    }
}

/// Keeps what is logged.
private final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }
    var handler: Handler { Handler(lines: self) }

    struct Handler: LogHandler {
        let lines: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let data = (event.metadata ?? [:]).map { " \($0.key)=\($0.value)" }.sorted().joined()
            lines.lines.withLock { $0.append("\(event.level) \(event.message)\(data)") }
        }
    }
}
