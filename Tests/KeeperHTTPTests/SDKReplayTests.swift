import Foundation
import KeeperCore
import KeeperPorts
import NIOCore
import NIOPosix
import Testing

@testable import KeeperHTTP

/// The SDKs of `docs/sdk/` on a real connection: what they send is understood, and answered as they parse it.
@Suite struct SDKReplayTests {
    private let known = [KnownApp(id: AppID("wx1")), KnownApp(id: AppID("ww1-1"), corporation: "ww1")]

    private func provider() -> FakeProvider {
        let provider = FakeProvider.withToken()
        provider.change { state in
            state.readings[AppID("ww1-1")] = .token(
                ServedCredential(credential: .example("ww1-1", token: "CORP")), expiresIn: 100, isStale: false)
            state.readings[AppID("wx1#jsapi")] = .token(
                ServedCredential(credential: .example("wx1#jsapi", token: "TICKET")), expiresIn: 200, isStale: false)
        }
        return provider
    }

    @Test(arguments: SDKReplay.all)
    func question_IsAnsweredAsTheSDKParsesIt(_ replay: SDKReplay) async throws {
        let provider = provider()
        let answer = try await ask(replay, provider)
        try answer.expectJSON()
        switch replay.expects {
        case .token:
            // chanxuehong and wechatpy take any errcode but 0 for a failure; most look only whether it is there.
            #expect(Set(answer.fields.keys) == ["access_token", "expires_in"])
            #expect(answer.fields["access_token"] as? String == "TOKEN")
            #expect(answer.hasInteger("expires_in", 3599))
        case .corporationToken:
            #expect(Set(answer.fields.keys) == ["errcode", "errmsg", "access_token", "expires_in"])
            #expect(answer.fields["access_token"] as? String == "CORP" && answer.fields["errmsg"] as? String == "ok")
            #expect(answer.hasInteger("errcode", 0) && answer.hasInteger("expires_in", 100))
        case .ticket:
            #expect(Set(answer.fields.keys) == ["errcode", "errmsg", "ticket", "expires_in"])
            #expect(answer.fields["ticket"] as? String == "TICKET" && answer.fields["errmsg"] as? String == "ok")
            #expect(answer.hasInteger("errcode", 0) && answer.hasInteger("expires_in", 200))
        }
        #expect(provider.asked.isEmpty, "it asks for the token, and reports nothing")
    }

    /// SDKs raise their own error for a status that is not 200, and show WeChat's only if they find it in the body.
    @Test(arguments: SDKReplay.all)
    func refusal_IsWeChats_WithStatus200(_ replay: SDKReplay) async throws {
        let answer = try await ask(replay.refused, provider())
        try answer.expectJSON()
        let errcode = replay.expects == .token ? 40_125 : 40_001
        #expect(Set(answer.fields.keys) == ["errcode", "errmsg"])
        #expect(answer.hasInteger("errcode", errcode) && answer.fields["errmsg"] is String)
    }

    // MARK: What they share

    /// What an SDK sees of an answer.
    private struct Answer {
        let head: String
        let body: String
        let fields: [String: any Sendable]

        init(_ text: String) throws {
            let parts = text.split(separator: "\r\n\r\n", maxSplits: 1).map(String.init)
            head = parts[0].lowercased()
            body = parts.count == 2 ? parts[1] : ""
            fields = try #require(
                try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: any Sendable], "\(text)")
        }

        /// co-wechat-api and unirest parse by the content type; PHP and Java programs want a length, or an end.
        func expectJSON() throws {
            #expect(head.hasPrefix("http/1.1 200 "))
            #expect(head.contains("content-type: application/json"))
            #expect(head.contains("content-length: \(body.utf8.count)"))
        }

        /// Whether this number is written as JSON's integers are: Go and C# refuse `7200.0` and `"7200"`.
        func hasInteger(_ name: String, _ value: Int) -> Bool {
            body.contains("\"\(name)\":\(value),") || body.contains("\"\(name)\":\(value)}")
        }
    }

    private func ask(_ replay: SDKReplay, _ provider: FakeProvider) async throws -> Answer {
        try await World.withServer(provider, known: known) { port in
            try Answer(try await exchange(replay.text, port))
        }
    }

    /// Sends a request and returns the final answer; the connection may stay open behind it.
    private func exchange(_ request: String, _ port: Int) async throws -> String {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        let limit = channel.channel.eventLoop.scheduleTask(in: .seconds(10)) { channel.channel.close(promise: nil) }
        defer { limit.cancel() }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: request))
            var text = ""
            for try await bytes in inbound {
                text += String(buffer: bytes)
                text.trimPrefix("HTTP/1.1 100 Continue\r\n\r\n")
                if text.hasSuffix("}") { break }
            }
            return text
        }
    }
}
