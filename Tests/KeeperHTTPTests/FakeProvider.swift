import KeeperCore
import KeeperPorts
import Synchronization

/// A node that answers as the test has told it to, and remembers what it was asked.
final class FakeProvider: CredentialProvider, Reconfiguring {
    struct State {
        var readings: [AppID: TokenReading] = [:]
        var answer = RefreshAnswer.unavailable(reason: .noLeader, retryAfter: .seconds(3))
        var health = NodeHealth.example()
        var status = NodeStatus.example()
        var kept = [KeptApp(id: AppID("wx1"), line: "classic")]
        var digest = AppsDigest("00000000000000a1")
        var memberState = MemberState(holder: .example(), highestEpochSeen: Epoch(7), syncAge: nil, records: [])
        var handover: Result<CompletedHandover?, HandoverRefusal> = .success(nil)
        var orders: [HandoverOrder] = []
        var pauses: [Duration?] = []
        var pauseFails = false
        var idleTime: Duration = .zero
        var reload: Result<Reload, ReloadRefusal> = .failure(ReloadRefusal(problems: []))
        var asked: [Asked] = []
        var changes: UInt64 = 0
        var reads = 0
        /// How long a reading stays as it is, unless the test changes something.
        var lasts: Duration = .seconds(1)
        /// How long each caller of a refresh would wait still.
        var timesLeft: [Duration] = []
    }

    struct Asked: Equatable {
        var app: AppID
        var reason: RefreshRequest.Reason
        var isForwarded: Bool
    }

    private let start = ContinuousClock.now
    /// A value for each refresh that is held.
    let held: AsyncStream<Void>
    /// A value for each held refresh whose task was cancelled.
    let givenUp: AsyncStream<Void>
    private let held_: AsyncStream<Void>.Continuation
    private let givenUp_: AsyncStream<Void>.Continuation
    private let holds: Bool
    private let state = Mutex(State())

    /// - Parameter holds: whether a refresh is held until its task is cancelled.
    init(holds: Bool = false) {
        self.holds = holds
        (held, held_) = AsyncStream.makeStream()
        (givenUp, givenUp_) = AsyncStream.makeStream()
    }

    func change(_ work: (inout State) -> Void) {
        state.withLock {
            work(&$0)
            $0.changes += 1
        }
    }

    var asked: [Asked] { state.withLock { $0.asked } }
    var timesLeft: [Duration] { state.withLock { $0.timesLeft } }
    var orders: [HandoverOrder] { state.withLock { $0.orders } }
    var pauses: [Duration?] { state.withLock { $0.pauses } }

    /// The app that reads this token.
    func owner(of token: Token) -> AppID? {
        state.withLock { state in
            state.readings.first { _, reading in
                if case .token(let served, _, _) = reading { served.credential.token == token } else { false }
            }?.key
        }
    }

    var isDraining: Bool { state.withLock { $0.health.reasonsNotReady.contains(.draining) } }

    func reload() async throws(ReloadRefusal) -> Reload { try state.withLock { $0.reload }.get() }

    func lastingRead(_ app: AppID) -> LastingReading {
        state.withLock { state in
            state.reads += 1
            return LastingReading(state.readings[app] ?? .unknownApp, until: .now + state.lasts)
        }
    }

    /// How often anything was read.
    var reads: Int { state.withLock { $0.reads } }

    var readGeneration: UInt64 { state.withLock { $0.changes } }

    func refresh(
        _ app: AppID, because reason: RefreshRequest.Reason, isForwarded: Bool,
        before deadline: ContinuousClock.Instant
    ) async -> RefreshReading {
        let answer = state.withLock { state in
            state.asked.append(Asked(app: app, reason: reason, isForwarded: isForwarded))
            state.timesLeft.append(deadline - .now)
            return state.answer
        }
        guard holds else {
            return RefreshReading(
                answer, beside: read(app), usableOverlap: .seconds(270), at: Instant(.now - start))
        }
        held_.yield()
        let (never, _) = AsyncStream.makeStream(of: Never.self)
        for await _ in never {}  // ends when the task is cancelled
        givenUp_.yield()
        return .unavailable(reason: .noLeader, retryAfter: .seconds(1))
    }

    func role() -> NodeHealth.Role { state.withLock { $0.health.role } }
    func health() -> NodeHealth { state.withLock { $0.health } }
    func status() async -> NodeStatus { state.withLock { $0.status } }
    func introduction(to digest: AppsDigest?) async -> Introduction {
        state.withLock { Introduction(holder: $0.memberState.holder, apps: digest == $0.digest ? nil : $0.kept) }
    }
    func memberState() async -> MemberState { state.withLock { $0.memberState } }
    func idleTime() -> Duration { state.withLock { $0.idleTime } }
    func handOver(_ order: HandoverOrder) async throws(HandoverRefusal) -> CompletedHandover? {
        try state.withLock { state in
            state.orders.append(order)
            return state.handover
        }.get()
    }
    func pause(for duration: Duration?) async throws(StoreError) {
        let fails = state.withLock { state in
            state.pauses.append(duration)
            return state.pauseFails
        }
        if fails { throw .timedOut }
    }
}

extension LeaseHolder {
    static func example(_ node: String = "a", address: String = "http://10.0.0.11:2130") -> LeaseHolder {
        LeaseHolder(
            node: NodeName(node), incarnation: Incarnation("0123456789abcdef0123456789abcdef"), address: address)
    }
}

extension NodeHealth {
    static func example(
        role: Role = .leader, epoch: UInt64 = 7, notReady: [ReasonNotReady] = [], ill: [AppStatus] = []
    ) -> NodeHealth {
        NodeHealth(
            node: NodeName("a"), role: role, leader: NodeName(role == .leader ? "a" : "b"), epoch: Epoch(epoch),
            leaseLeft: role == .leader ? .milliseconds(4250) : nil, isStoreReachable: true,
            syncAge: .milliseconds(310), reasonsNotReady: notReady, isStale: false, appCount: 3,
            ill: ill.map { app in
                Ill(
                    app: app.app, left: app.left ?? .zero, isUncertain: app.isUncertain,
                    errcode: app.trouble?.errcode)
            },
            illCount: ill.count)
    }
}

extension NodeStatus {
    static func example(apps: [AppStatus] = [.example("wx1")]) -> NodeStatus {
        var counters = Counters()
        counters.ticks = 48_211
        counters.refreshesDone = 12
        counters.refreshesFailed = 1
        let members = ["a", "b", "c"].enumerated().map { index, name in
            Member(
                holder: .example(name, address: "http://10.0.0.1\(index + 1):2130"), beat: 9, epochSeen: Epoch(7),
                isDraining: name == "c")
        }
        return NodeStatus(
            health: .example(ill: apps.filter { !$0.isWell }), holder: .example(), uptime: .seconds(18_079),
            quietLeft: nil, members: members, apps: apps, counters: counters)
    }
}

extension AppStatus {
    static func example(
        _ app: String, left: Duration? = .seconds(6734), isUncertain: Bool = false, trouble: Trouble? = nil
    ) -> AppStatus {
        AppStatus(
            app: AppID(app), line: .stable, version: 41, epoch: Epoch(7), fingerprint: Fingerprint("9f86d081884c7d65"),
            left: left, life: .seconds(7200), age: .seconds(466), isUncertain: isUncertain, trouble: trouble,
            nextAttempt: .seconds(3134), rotationsToday: 5)
    }
}

extension Credential {
    static func example(_ app: String = "wx1", token: String = "TOKEN", left: Duration = .seconds(3600)) -> Credential {
        Credential(
            app: AppID(app), version: 41, epoch: Epoch(7), token: Token(token),
            fingerprint: Fingerprint("9f86d081884c7d65"), life: .seconds(7200), expiresAt: Instant(left),
            issuedAt: Instant(.seconds(-60)))
    }
}
