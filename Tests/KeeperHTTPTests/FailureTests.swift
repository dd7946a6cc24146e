import HTTPTypes
import Hummingbird
import HummingbirdTesting
import KeeperCore
import KeeperTestKit
import Logging
import Testing

@testable import KeeperHTTP

/// What comes of an error that nobody foresaw.
@Suite struct FailureTests {
    private struct Mishap: Error {
        let secret = "SECRET-TOKEN"
    }

    @Test func handlerThatThrows_IsAnswered500_AndLoggedWithoutItsWords() async throws {
        let log = LogBook()
        let logger = log.logger
        let authenticator = NodeAuthenticator(
            holder: .example(), secret: World.secret, log: RateLimitedLog(logger),
            clock: NodeClock.system)
        let responder = KeeperResponder(
            node: NodeName("a"), registry: try World.registry([]), authenticator: authenticator,
            routes: RouteTable([.open("/fails") { throw Mishap() }, .open("/works") { Response(status: .ok) }]),
            isDraining: { false }, logger: logger)
        try await Application(responder: responder, logger: logger).test(.live) { server in
            let failed = Reply(try await server.execute(uri: "/fails?appid=SECRET-TOKEN", method: .get))
            #expect(failed.status == 500)
            #expect(try failed.int("errcode") == 500)
            #expect(!failed.text.contains("Mishap") && !failed.text.contains("SECRET"))
            #expect(try await server.execute(uri: "/works", method: .get).status == .ok)
        }
        let errors = log.lines.filter { $0.hasPrefix("error") }
        #expect(errors.count == 1)
        #expect(errors.first?.contains("/fails") == true && errors.first?.contains("Mishap") == true)
        #expect(!log.lines.joined().contains("SECRET"))
    }

    @Test func warnings_AreLogged_OnceInTenSeconds() {
        let book = LogBook()
        let log = RateLimitedLog(book.logger)
        let start = ContinuousClock.now
        for second in [0, 1, 9, 10, 11] { log.warn("refused", at: start + .seconds(second)) }
        #expect(book.lines == ["warning refused", "warning refused log.left-out=2"])
    }
}
