import Testing

@testable import KeeperCore

/// One node, played event by event through `NodeCore.handle`.
///
/// The store answers at once, as its `weather` allows. WeChat, the leader and the members answer when the story says
/// so: `play` notes what was asked of them, and `calls`, `probes`, `forwards` and `queries` hold what is unanswered.
struct Harness {
    var core: NodeCore
    var now = Instant.seconds(1000)
    var store = ScriptedStore()
    var weather: (NodeAction) -> ScriptedStore.Weather = { _ in .fair }
    /// Whether a mere connection to WeChat comes about.
    var isWeChatThere = true

    /// Everything the node did since `forget()`, but for ticks and mere connections to WeChat.
    private(set) var actions: [NodeAction] = []
    private(set) var calls: [(request: RequestID, app: AppID, kind: CallKind, permit: CallPermit)] = []
    /// The tokens with which tickets were asked for.
    private(set) var ticketTokens: [Token] = []
    private(set) var probes: [(request: RequestID, token: Token)] = []
    private(set) var forwards: [(request: RequestID, forwarding: Forwarding)] = []
    private(set) var queries: [(request: RequestID, members: [Member])] = []
    private(set) var introductions: [(request: RequestID, member: Member)] = []
    private var unanswered: [(event: NodeEvent, at: Instant)] = []
    private var lastWaiter: UInt64 = 0
    private let holder: LeaseHolder

    init(
        _ holder: LeaseHolder = .n1, line: CredentialLine = .classic, timing: LeaseTiming = .standard,
        overlap: Duration = .seconds(300), watchPeriod: Duration = .zero, rules: Rules = .all,
        apps: [AppSettings]? = nil, isCold: Bool = false
    ) {
        self.holder = holder
        core = NodeCore(
            holder: holder,
            settings: NodeSettings(
                timing: timing, apps: apps ?? [AppSettings(id: .wx1, line: line)], overlap: overlap,
                watchPeriod: watchPeriod),
            seed: 7, rules: rules, fingerprint: Fingerprint.init(of:))
        if !isCold { core.others.recollection.warmUp() }
    }
}

// MARK: Playing

extension Harness {
    /// Lets something happen, and everything that follows from it at once.
    mutating func play(_ event: NodeEvent) {
        var next = [event]
        while !next.isEmpty {
            for action in core.handle(next.removeFirst(), at: now) { next += follow(action) }
            expectHealthIsKnown()
        }
    }

    /// Lets time pass, waking the node whenever it wants to be.
    mutating func pass(_ duration: Duration, sourceLocation: SourceLocation = #_sourceLocation) {
        let end = now + duration
        var wakeUps = 0
        while let moment = nextMoment, moment <= end, wakeUps < 20_000 {
            now = max(now, moment)
            wakeUps += 1
            if let due = unanswered.firstIndex(where: { $0.at <= now }) {
                play(unanswered.remove(at: due).event)
            } else {
                play(.woke)
            }
        }
        #expect(wakeUps < 20_000, "the node spins", sourceLocation: sourceLocation)
        now = end
    }

    private var nextMoment: Instant? {
        let timeouts = unanswered.map(\.at).min()
        return timeouts.map { min($0, core.nextWakeUp) } ?? core.nextWakeUp
    }

    /// Lets time pass until `condition` holds.
    ///
    /// Returns how long that took.
    @discardableResult
    mutating func passUntil(
        atMost limit: Duration = .seconds(60), sourceLocation: SourceLocation = #_sourceLocation,
        _ condition: (Harness) -> Bool
    ) -> Duration {
        let start = now
        while !condition(self), now - start < limit { pass(.milliseconds(10), sourceLocation: sourceLocation) }
        #expect(condition(self), "not within \(limit)", sourceLocation: sourceLocation)
        return now - start
    }

    /// Carries out one action; returns what it brings at once.
    private mutating func follow(_ action: NodeAction) -> [NodeEvent] {
        switch action {
        case .lease(let id, let command):
            if case .tick = command {} else { actions.append(action) }
            return executed(action) { harness in
                .leaseReplied(
                    request: id, reply: .success(harness.store.perform(command, by: harness.holder, at: harness.now)))
            } failing: {
                .leaseReplied(request: id, reply: .failure($0))
            }
        case .credential(let id, let command):
            actions.append(action)
            return executed(action) { harness in
                .appReplied(
                    request: id,
                    reply: .stored(.success(harness.store.perform(command, by: harness.holder, at: harness.now))))
            } failing: {
                .appReplied(request: id, reply: .stored(.failure($0)))
            }
        case .call(let id, let app, let kind, let permit): calls.append((id, app, kind, permit))
        case .callForTicket(let id, let app, let type, let token, let permit):
            calls.append((id, app.ticket(type), .ticket(type), permit))
            ticketTokens.append(token)
        case .probe(let id, _, let token, _): probes.append((id, token))
        case .reach(let id, _):
            unanswered.append((.reached(request: id, isReachable: isWeChatThere), now + .milliseconds(20)))
            return []
        case .forward(let id, let forwarding): forwards.append((id, forwarding))
        case .askMembers(let id, let members): queries.append((id, members))
        case .introduce(let id, let member, _):
            introductions.append((id, member))
            return []
        case .answer, .serve, .left, .nameTaken, .note: break
        }
        actions.append(action)
        return []
    }

    private mutating func executed(
        _ action: NodeAction, _ perform: (inout Harness) -> NodeEvent, failing fail: (StoreError) -> NodeEvent
    ) -> [NodeEvent] {
        let timeout = now + core.settings.timing.commandTimeout
        switch weather(action) {
        case .fair: return [perform(&self)]
        case .unreachable: unanswered.append((fail(.unreachable(reason: "refused")), now + .milliseconds(1)))
        case .lost: unanswered.append((fail(.timedOut), timeout))
        case .answerLost:
            _ = perform(&self)
            unanswered.append((fail(.timedOut), timeout))
        case .slow(let delay): unanswered.append((perform(&self), now + delay))
        }
        return []
    }
}

// MARK: What the story says

extension Harness {
    mutating func forget() { actions = [] }

    /// Somebody answers at the address of the member asked first, or nobody does.
    mutating func introduce(_ outcome: IntroductionOutcome) throws {
        let introduction = try #require(introductions.first)
        introductions.removeFirst()
        play(.introduced(request: introduction.request, outcome: outcome))
    }

    /// As `forget`, but what is served is remembered.
    mutating func forgetAllButServed() {
        let last = actions.last { if case .serve = $0 { true } else { false } }
        actions = last.map { [$0] } ?? []
    }

    /// WeChat answers the oldest call.
    mutating func wechat(_ outcome: CallOutcome) throws {
        let call = try #require(calls.first)
        calls.removeFirst()
        play(.appReplied(request: call.request, reply: .called(outcome)))
    }

    /// WeChat answers the oldest call with a token.
    mutating func wechat(issues token: String, life: Duration = .seconds(7200)) throws {
        try wechat(.issued(token: Token(token), life: life))
    }

    /// WeChat answers the oldest probe.
    mutating func wechat(says outcome: ProbeOutcome) throws {
        let probe = try #require(probes.first)
        probes.removeFirst()
        play(.appReplied(request: probe.request, reply: .probed(outcome)))
    }

    /// The leader answers the oldest forwarding.
    mutating func leader(_ outcome: ForwardOutcome) throws {
        let forward = try #require(forwards.first)
        forwards.removeFirst()
        play(.appReplied(request: forward.request, reply: .forwarded(outcome)))
    }

    /// The members answer the oldest query.
    mutating func members(_ states: [MemberState]) throws {
        let query = try #require(queries.first)
        queries.removeFirst()
        play(.membersAnswered(request: query.request, states: states))
    }

    /// Somebody asks for another token than the one named.
    @discardableResult
    mutating func ask(
        refused token: String, within patience: Duration = .seconds(30), isForwarded: Bool = false, of app: AppID = .wx1
    ) -> WaiterID {
        ask(.refused(Token(token)), within: patience, isForwarded: isForwarded, of: app)
    }

    @discardableResult
    mutating func ask(
        _ reason: RefreshRequest.Reason, within patience: Duration = .seconds(30), isForwarded: Bool = false,
        of app: AppID = .wx1
    ) -> WaiterID {
        lastWaiter += 1
        let waiter = WaiterID(lastWaiter)
        play(
            .refreshAsked(
                RefreshRequest(
                    waiter: waiter, app: app, reason: reason, deadline: now + patience, isForwarded: isForwarded)))
        return waiter
    }

    /// The node leads a term of which nothing restrains it, the store holding `record`.
    static func leading(
        _ record: CredentialRecord? = nil, line: CredentialLine = .classic, overlap: Duration = .seconds(300),
        watchPeriod: Duration = .zero
    ) -> Harness {
        var harness = Harness(line: line, overlap: overlap, watchPeriod: watchPeriod)
        if let record { harness.store.keep(record, at: harness.now) }
        harness.store.lease = LeaseRecord(
            epoch: Epoch(4), holder: .n2, sequence: 9, isActive: true, release: .handedOver(Handover(left: .zero)))
        harness.play(.started)
        return harness
    }

    /// The others have had time to register: a leader that lacks a token asks them now, or fetches it.
    mutating func letOthersRegister() { pass(core.settings.timing.tickPeriod * 3) }

    /// The node follows `n2`, the store holding `record`.
    static func following(_ record: CredentialRecord? = nil) -> Harness {
        var harness = Harness()
        if let record { harness.store.keep(record, at: harness.now) }
        harness.store.lead(.n2, epoch: 4, until: harness.now + .seconds(3600))
        harness.play(.started)
        return harness
    }
}
