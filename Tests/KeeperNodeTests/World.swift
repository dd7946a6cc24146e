import KeeperCore
import KeeperNode
import KeeperPorts
import KeeperTestKit
import ServiceLifecycleTestKit
import Synchronization

/// The world of one node, `n1`, which keeps the app `wx1`.
struct World: Sendable {
    let store = MemoryStore()
    let wechat = PlayedWeChat()
    let leader = PlayedLeader()
    let log = LogBook()

    func makeNode(timing: LeaseTiming) -> Node {
        Node(
            holder: .n1,
            settings: NodeSettings(
                timing: timing, apps: [AppSettings(id: .wx1, line: .classic)], overlap: .seconds(300),
                watchPeriod: .zero),
            seed: 1,
            ports: .init(lease: store, credentials: store, source: wechat, forwarder: leader),
            logger: log.logger,
            fingerprint: { Fingerprint(of: $0) })
    }
}

/// Runs a node in a world that `scene` has set, hands both to `body`, and shuts the node down afterwards.
func withNode(
    setting scene: (World) -> Void = { _ in }, timing: LeaseTiming? = nil,
    _ body: @Sendable (Node, World, GracefulShutdownTestTrigger) async throws -> Void
) async throws {
    let world = World()
    scene(world)
    let node = world.makeNode(timing: try timing ?? LeaseTiming())
    try await testGracefulShutdown { trigger in
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await node.run() }
            defer { trigger.triggerGracefulShutdown() }
            try await body(node, world, trigger)
            trigger.triggerGracefulShutdown()
            try await group.waitForAll()
        }
    }
}

/// WeChat, as the test plays it: `probe` answers `lives`, or hangs until the caller gives up; `fetch` counts its
/// tokens.
final class PlayedWeChat: CredentialSource {
    struct State {
        var lives: Bool? = true
        var issued = 0
        var permits: [@Sendable () -> Bool] = []
        var isSilent = false
        /// What `fetch` brings instead of a token.
        var refusal: Refusal?
        var calls = 0
    }

    private let state = Mutex(State())

    func set(_ body: (inout sending State) -> Void) { state.withLock { body(&$0) } }

    /// How often it was asked anything.
    var calls: Int { state.withLock { $0.calls } }

    /// The last `mayBegin`, asked now.
    var lastPermitHolds: Bool? { state.withLock { $0.permits.last }?() }

    func fetch(
        _ app: AppID, _ kind: CallKind, before deadline: ContinuousClock.Instant,
        mayBegin: @escaping @Sendable () -> Bool
    ) async -> CallOutcome {
        let number: Int? = state.withLock { state in
            state.calls += 1
            state.permits.append(mayBegin)
            guard !state.isSilent else { return nil }
            state.issued += 1
            return state.issued
        }
        guard mayBegin() else { return .notSent(Trouble(summary: "no permit")) }
        if let refusal = state.withLock({ $0.refusal }) { return .refused(refusal) }
        guard let number else {
            await hang()
            return .unknown(Trouble(summary: "no answer"))
        }
        return .issued(token: Token("token-\(number)"), life: .seconds(7200))
    }

    func fetchTicket(
        _ type: TicketType, of app: AppID, with token: Token, before deadline: ContinuousClock.Instant,
        mayBegin: @escaping @Sendable () -> Bool
    ) async -> CallOutcome {
        guard mayBegin() else { return .notSent(Trouble(summary: "no permit")) }
        return .issued(token: Token("\(type.rawValue) of \(app) by \(token.secret)"), life: .seconds(7200))
    }

    func probe(
        _ app: AppID, _ token: Token, before deadline: ContinuousClock.Instant,
        mayBegin: @escaping @Sendable () -> Bool
    ) async -> ProbeOutcome {
        let lives = state.withLock { state in
            state.calls += 1
            return state.lives
        }
        if lives == nil { await hang() }
        return lives.map { $0 ? .alive : .dead(errcode: 40001) } ?? .inconclusive(Trouble(summary: "no answer"))
    }

    func reach(before deadline: ContinuousClock.Instant) async -> Bool { true }

    /// Until cancelled.
    private func hang() async {
        let (never, continuation) = AsyncStream.makeStream(of: Never.self)
        for await _ in never {}
        continuation.finish()
    }
}

/// The leader, as the test plays it.
final class PlayedLeader: Forwarder {
    private let state = Mutex<(outcome: ForwardOutcome, asked: [Forwarding])>((.failed(reason: "nobody there"), []))

    func set(_ outcome: ForwardOutcome) { state.withLock { $0.outcome = outcome } }

    var asked: [Forwarding] { state.withLock { $0.asked } }

    func forward(_ forwarding: Forwarding, before deadline: ContinuousClock.Instant) async -> ForwardOutcome {
        state.withLock { state in
            state.asked.append(forwarding)
            return state.outcome
        }
    }

    func introduce(
        to member: Member, apps: AppsDigest, before deadline: ContinuousClock.Instant
    ) async -> IntroductionOutcome { .answered(Introduction(holder: member.holder, apps: nil)) }
    func states(of members: [Member], before deadline: ContinuousClock.Instant) async -> [MemberState] { [] }
}

extension LeaseHolder {
    static let n1 = LeaseHolder(node: NodeName("n1"), incarnation: Incarnation("i1"), address: "http://n1:8080")
    static let n2 = LeaseHolder(node: NodeName("n2"), incarnation: Incarnation("i2"), address: "http://n2:8080")
}

extension AppID {
    static let wx1 = AppID("wx1")
}

extension Fingerprint {
    init(of token: Token) { self.init("fp-of-\(token.secret.count)-\(token.secret.suffix(1))") }
}

extension CredentialRecord {
    /// A token that stands in the store, published long enough ago to be replaced.
    static func mature(_ token: String, version: UInt64 = 1) -> CredentialRecord {
        CredentialRecord(
            app: .wx1, event: 1, version: version, epoch: Epoch(4),
            issue: Issue(
                token: Token(token), fingerprint: Fingerprint(of: Token(token)), life: .seconds(7200),
                left: .seconds(6000), age: .seconds(1200)))
    }
}
