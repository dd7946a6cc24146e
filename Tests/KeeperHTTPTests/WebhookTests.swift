import CurlClient
import Hummingbird
import HummingbirdTesting
import KeeperCore
import KeeperPorts
import Logging
import Synchronization
import Testing

@testable import KeeperHTTP

/// The webhook against a real receiver.
@Suite struct WebhookTests {
    private final class Inbox: Sendable {
        private let state = Mutex<[String]>([])
        var messages: [String] { state.withLock { $0 } }
        func take(_ message: String) { state.withLock { $0.append(message) } }
    }

    private let report = AlarmReport(raised: [Alarm(AppID("wx1"), .noToken)])

    /// Posts once to a receiver that answers so.
    /// - Returns: why it failed, and what the receiver was sent.
    private func post(
        _ format: Webhook.Format, answer status: HTTPResponse.Status, _ body: String = ""
    ) async throws -> (failure: String?, inbox: [String]) {
        let inbox = Inbox()
        let router = Router()
        router.post("/secret-path/send") { request, _ in
            let text = try await String(buffer: request.body.collect(upTo: 65_536))
            inbox.take("\(request.uri.queryParameters["key"] ?? "") \(request.headers[.contentType] ?? "") \(text)")
            return Response(status: status, body: .init(byteBuffer: ByteBuffer(string: body)))
        }
        let receiver = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let failure: String? = try await receiver.test(.live) { client in
            let url = try RequestURL("http://127.0.0.1:\(try #require(client.port))/secret-path/send?key=secret-key")
            return await failed(
                Webhook(url, format: format, cluster: "prod", node: NodeName("a"), client: CurlClient()))
        }
        return (failure, inbox.messages)
    }

    private func failed(_ webhook: Webhook) async -> String? {
        do throws(AlarmFailure) {
            try await webhook.post(report, before: .now + .seconds(10))
            return nil
        } catch {
            return error.reason
        }
    }

    @Test func message_Arrives_WithItsKey() async throws {
        let (failure, inbox) = try await post(.json, answer: .noContent)
        #expect(failure == nil)
        let message = try #require(inbox.first)
        #expect(inbox.count == 1 && message.hasPrefix("secret-key application/json; charset=utf-8 {"))
        #expect(message.contains(#""kind":"no-token""#))
    }

    @Test(
        arguments: [
            (.json, .ok, "anything", nil), (.json, .found, "", "the webhook answered with HTTP 302"),
            (.json, .internalServerError, "", "the webhook answered with HTTP 500"),
            (.wecom, .ok, #"{"errcode":0,"errmsg":"ok"}"#, nil),
            (
                .wecom, .ok, #"{"errcode":93000,"errmsg":"invalid webhook url"}"#,
                "the robot answered with errcode 93000"
            ),
            (
                .dingtalk, .ok, #"{"errcode":310000,"errmsg":"keywords not in content"}"#,
                "the robot answered with errcode 310000"
            ),
            (.dingtalk, .ok, "<html>", "the robot's answer has no errcode"),
        ] as [(Webhook.Format, HTTPResponse.Status, String, String?)])
    func answer_SaysWhetherItArrived(
        _ format: Webhook.Format, _ status: HTTPResponse.Status, _ body: String, _ expected: String?
    ) async throws {
        #expect(try await post(format, answer: status, body).failure == expected)
    }

    @Test func receiverThatIsAway_IsNamedWithoutItsSecret() async throws {
        let url = try RequestURL("http://secret-host.invalid/secret-path/send?key=secret-key")
        let webhook = Webhook(url, format: .json, cluster: "prod", node: NodeName("a"), client: CurlClient())
        let failure = try #require(await failed(webhook))
        #expect(failure.contains("name") && !failure.contains("secret"))
    }
}
