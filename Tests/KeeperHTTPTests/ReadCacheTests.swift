import HTTPTypes
import Hummingbird
import KeeperCore
import KeeperPorts
import NIOCore
import Testing

@testable import KeeperHTTP

/// What is answered without a look at the request is what would be answered after one.
@Suite struct ReadCacheTests {
    private static let request = ByteBuffer(string: "GET /token HTTP/1.1\r\n\r\n")
    private static let read = CredentialRead(AppID("wx1"), .token)

    private func cache(_ provider: FakeProvider, _ registry: AccessRegistry? = nil) throws -> ReadCache {
        ReadCache(
            ReadSource(
                provider: provider, registry: try registry ?? World.registry(World.knownApps), node: NodeName("a"),
                reader: try World.server(provider).application.responder))
    }

    /// A cache that knows the request.
    private func knowing(_ provider: FakeProvider, _ registry: AccessRegistry? = nil) throws -> ReadCache {
        let cache = try cache(provider, registry)
        try Self.teach(cache, Self.request)
        return cache
    }

    /// Has a cache know a request for the token of `wx1`.
    static func teach(_ cache: ReadCache, _ request: ByteBuffer) throws {
        for _ in 0..<2 {
            try #require(cache.answer(to: read) != nil)
            cache.learn(request, means: read, by: cache.permission)
        }
    }

    private func answer(_ cache: ReadCache) -> String? {
        cache.answer(toBytes: Self.request).map { String(buffer: $0) }
    }

    @Test func newToken_IsToldAtOnce() throws {
        let provider = FakeProvider.withToken("FIRST")
        let cache = try knowing(provider)
        #expect(try #require(answer(cache)).contains("FIRST"))
        provider.change { state in
            let newer = ServedCredential(credential: .example(token: "SECOND"))
            state.readings[AppID("wx1")] = .token(newer, expiresIn: 7199, isStale: true)
        }
        let second = try #require(answer(cache))
        #expect(second.contains("SECOND") && second.contains(#""stale":true"#) && !second.contains("FIRST"))
    }

    @Test func whatCannotBeTold_IsLeftToTheOrdinaryWay() throws {
        let provider = FakeProvider.withToken()
        let cache = try knowing(provider)
        provider.change { $0.readings[AppID("wx1")] = TokenReading.none }
        #expect(answer(cache) == nil)
        provider.change { $0.readings[AppID("wx1")] = nil }
        #expect(answer(cache) == nil)
    }

    @Test func nodeOnItsWayOut_AnswersNothingHere() throws {
        let provider = FakeProvider.withToken()
        let cache = try knowing(provider)
        #expect(answer(cache) != nil)
        provider.change { $0.health = .example(notReady: [.draining]) }
        #expect(answer(cache) == nil)
    }

    @Test func otherClients_MakeItForgetAll() throws {
        let registry = try World.registry(World.knownApps)
        let cache = try knowing(.withToken(), registry)
        #expect(answer(cache) != nil)
        registry.replace(clients: try ClientDirectory([], apps: World.knownApps), apps: KnownApps([]))
        #expect(answer(cache) == nil)
    }

    /// A request understood before the configuration was read again is not remembered after it.
    @Test func permissionOfYesterday_TeachesNothing() throws {
        let registry = try World.registry(World.knownApps)
        let cache = try cache(.withToken(), registry)
        let before = cache.permission
        registry.replace(clients: try ClientDirectory([], apps: World.knownApps), apps: KnownApps([]))
        for _ in 0..<3 {
            #expect(cache.answer(to: Self.read) != nil)
            cache.learn(Self.request, means: Self.read, by: before)
        }
        #expect(answer(cache) == nil)
    }

    /// Such a ticket is asked for with a token: the same bytes are refused when that is dead.
    @Test func readAllowedByAToken_IsNotRemembered() throws {
        let provider = FakeProvider()
        provider.change { state in
            let ticket = ServedCredential(credential: .example("wx1#jsapi", token: "TICKET"))
            state.readings[AppID("wx1#jsapi")] = .token(ticket, expiresIn: 599, isStale: false)
        }
        let cache = try cache(provider)
        let read = CredentialRead(.jsapi, of: AppID("wx1"), .weChatTicket)
        for _ in 0..<3 {
            #expect(cache.answer(to: read) != nil)
            cache.learn(Self.request, means: read, by: cache.permission)
        }
        #expect(answer(cache) == nil)
    }

    /// Whoever may ask about every app may ask about apps that are not there, one after the other.
    @Test func readWithoutAnswer_IsForgotten() throws {
        for (wasThere, gone) in [(false, nil), (true, nil), (true, TokenReading.none)] {
            let provider = FakeProvider.withToken()
            let reading = provider.lastingRead(AppID("wx1")).reading
            let cache = try cache(provider)
            if wasThere { #expect(cache.answer(to: Self.read) != nil) }
            provider.change { $0.readings[AppID("wx1")] = gone }
            #expect(cache.answer(to: Self.read) == nil)
            provider.change { $0.readings[AppID("wx1")] = reading }
            // Only what it holds can be learned.
            for _ in 0..<2 { cache.learn(Self.request, means: Self.read, by: cache.permission) }
            #expect(answer(cache) == nil)
        }
    }

    /// An answer that goes out as bytes is not kept in parts as well, unless somebody wants those too.
    @Test func answerInBytesAndInParts_IsMadeTwiceAtMost_AndTellsTheSame() throws {
        let provider = FakeProvider.withToken()
        provider.change { $0.lasts = .seconds(60) }
        let cache = try knowing(provider)
        let count = provider.reads
        #expect(answer(cache) != nil && answer(cache) != nil)
        #expect(provider.reads == count, "the parts were there")
        for _ in 0..<3 {
            let body = try String(buffer: #require(cache.answer(to: Self.read)).body)
            #expect(try #require(answer(cache)).hasSuffix("\r\n\r\n" + body))
            #expect(provider.reads == count + 1)
        }
        provider.change { $0.health = .example(notReady: [.draining]) }
        #expect(answer(cache) == nil && cache.answer(to: Self.read) == nil)
    }

    @Test func answerThatHasHadItsTime_IsMadeAnew() throws {
        let provider = FakeProvider.withToken()
        let cache = try knowing(provider)
        provider.change { $0.lasts = .zero }
        #expect(answer(cache) != nil)
        let count = provider.reads
        #expect(answer(cache) != nil)
        #expect(provider.reads == count + 1)
        provider.change { $0.lasts = .seconds(60) }
        #expect(answer(cache) != nil && answer(cache) != nil)
        #expect(provider.reads == count + 2)
    }
}
