import HTTPTypes
import Hummingbird
import HummingbirdTesting
import KeeperCore
import KeeperPorts
import Testing

@testable import KeeperHTTP

@Suite struct ReportLimitsTests {
    private let start = ContinuousClock.now

    /// How many of so many reports, spread evenly over so many seconds, are let through.
    private func admitted(
        _ limits: ReportLimits, _ count: Int, over seconds: Double, of app: AppID = AppID("wx1"),
        from client: (Int) -> String = { _ in "shop" }
    ) -> Int {
        (0..<count).count { number in
            let moment = start + .seconds(1 + seconds * Double(number) / Double(count))
            return (try? limits.admit(app, from: client(number), at: moment)) != nil
        }
    }

    @Test func loop_IsHeldToTwentyASecond() {
        let count = admitted(ReportLimits(origin: start), 20_000, over: 100)
        #expect((2395...2405).contains(count), "400 at once and 20 a second")
    }

    @Test func farm_ThatFindsItsTokenDeadAtOnce_IsLetThrough() {
        #expect(admitted(ReportLimits(origin: start), 400, over: 0) == 400)
        #expect(admitted(ReportLimits(origin: start), 2000, over: 0, from: { "worker \($0)" }) == 2000)
    }

    @Test func oneClientTooMany_StopsNoOther() throws {
        let limits = ReportLimits(origin: start)
        _ = admitted(limits, 1000, over: 0)
        #expect(admitted(limits, 1, over: 0) == 0)
        #expect(admitted(limits, 1, over: 0, from: { _ in "office" }) == 1)
    }

    @Test func manyClients_ShareWhatOneAppMayCost() {
        let count = admitted(ReportLimits(origin: start), 20_000, over: 10, from: { "worker \($0)" })
        #expect((3990...4010).contains(count), "2000 at once and 200 a second")
    }

    @Test func reportTooMany_LearnsWhenToComeAgain() {
        let limits = ReportLimits(origin: start)
        _ = admitted(limits, 400, over: 0)
        #expect(throws: ReportLimits.TooOften(retryAfter: .milliseconds(50))) {
            try limits.admit(AppID("wx1"), from: "shop", at: start + .seconds(1))
        }
    }

    @Test func whoeverNamesAppsWithoutEnd_IsForgottenInTime() {
        let limits = ReportLimits(origin: start)
        for number in 0..<100_000 {
            _ = try? limits.admit(
                AppID("wx\(number)"), from: "shop", at: start + .milliseconds(1000 + number * 60))
        }
        #expect(limits.count <= ReportLimits.mostRemembered)
    }

    /// A loop runs into the limit, by our own path and by WeChat's; whoever only reads does not.
    @Test(arguments: [false, true]) func loop_IsToldWhenToComeAgain(asWeChatIs: Bool) async throws {
        let provider = FakeProvider.withToken()
        provider.change {
            $0.answer = .token(
                credential: ServedCredential(credential: .example(token: "TOKEN")), previous: [], refreshed: false,
                stillValid: true)
        }
        let body =
            asWeChatIs
            ? #"{"grant_type":"client_credential","appid":"wx1","secret":"shop-key","force_refresh":true}"#
            : #"{"appid":"wx1","access_token":"TOKEN"}"#
        let uri = asWeChatIs ? "/cgi-bin/stable_token" : "/token/refresh"
        let headers: HTTPFields = asWeChatIs ? [:] : [.authorization: "Bearer shop-key"]
        try await World.server(provider).application.test(.live) { server in
            var replies: [Reply] = []
            while replies.last.map(Self.isHeldBack) != true, replies.count < 5000 {
                try await replies.append(
                    server.execute(uri: uri, method: .post, headers: headers, body: ByteBuffer(string: body)) {
                        Reply($0)
                    })
            }
            let last = try #require(replies.last)
            #expect(Self.isHeldBack(last) && replies.count > 400)
            #expect(asWeChatIs || (last.status == 429 && last.header("Retry-After") == "1"))
            let read = try await server.execute(
                uri: "/token?appid=wx1", method: .get, headers: [.authorization: "Bearer shop-key"]
            ) { Reply($0) }
            #expect(read.status == 200)
        }
    }

    private static func isHeldBack(_ reply: Reply) -> Bool {
        reply.status == 429 || (try? reply.int("errcode")) == 45_011
    }
}
