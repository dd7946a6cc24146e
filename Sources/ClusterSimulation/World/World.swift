internal import KeeperCore

/// One seeded world: nodes that run the production core, a Redis, a WeChat, callers, faults, and the invariants that
/// are checked.
///
/// One thread, no Swift concurrency. A queue of events; each is popped, handed to a node's core or to a model, and what
/// comes of it is pushed. One generator decides everything, so the same seed and options give the same run.
package struct World: Sendable {
    let options: WorldOptions
    let settings: NodeSettings
    /// How long a node may hear from nobody and be ready.
    let readerLease: Duration
    let apps: [AppID]
    let trace: Trace
    /// Whether a lost answer takes the other commands of its connection with it.
    let sharesConnection: Bool
    let isSupervised: Bool
    /// Mean time between two callers; nil: none.
    let askGap: Double?
    /// Share of callers who are operators.
    let operators: Double

    var random: Chance
    var time = WorldTime.start
    var queue: EventQueue<WorldEvent>
    var redis: RedisModel
    var wechat: WeChatModel
    var conditions: Conditions
    var nodes: [SimulatedNode]
    var books: [AppBook]
    /// Whether every node remembers what it was told: for a search.
    var remembersAll = false
    var incarnations = 0
    var wakes = 0
    /// When a node was last seen to lead, or the world was not ready for it; only looked at in a gentle world.
    var wasLedAt = WorldTime.start
    /// When exactly one node was last seen to lead.
    var ledAt = WorldTime.never
    var report: WorldReport
    /// An empty list for what a core says next, so that none need be made for every event.
    var spareActions: [NodeAction] = []

    /// Prepares a world.
    /// - Parameter listener: hears what happens line by line; costs a hundredfold.
    package init(
        seed: UInt64, options: WorldOptions = WorldOptions(), listener: (@Sendable (String) -> Void)? = nil
    ) {
        var random = Chance(seed: seed)
        let plan = WorldPlan(options: options, random: &random)
        self.init(seed: seed, options: options, plan: plan, random: random, listener: listener)
    }

    /// Prepares a world of this plan.
    /// - Parameter grain: the coarseness of its clock in nanoseconds.
    init(
        seed: UInt64, options: WorldOptions, plan: WorldPlan, random: Chance, grain: Int64 = 1,
        listener: (@Sendable (String) -> Void)? = nil
    ) {
        self.options = options
        trace = Trace(listener)
        report = WorldReport(seed: seed)
        queue = EventQueue(idle: .end, grain: grain)
        var random = random
        settings = plan.settings
        readerLease = settings.readerLease
        apps = settings.apps.map(\.id)
        sharesConnection = plan.sharesConnection
        isSupervised = plan.isSupervised
        askGap = plan.askGap
        operators = plan.operators
        redis = RedisModel(seed: random.next(), rules: options.rules)
        redis.keepsHistory = options.faults.contains(.storeRolledBack)
        wechat = WeChatModel(
            accounts: plan.accounts, overlap: settings.overlap.inSeconds, renewalWindow: plan.renewalWindow)
        conditions = Conditions(nodes: plan.nodes)
        conditions.isSmooth = options.isGentle
        books = apps.map { _ in AppBook() }
        nodes = []
        self.random = random
        for index in 0..<plan.nodes {
            let clock = NodeClock(
                offset: Int64(self.random.number(0...10_000) * 1e9), drift: plan.drift(&self.random))
            let (core, holder) = birth(of: "n\(index + 1)")
            nodes.append(
                SimulatedNode(index: index, clock: clock, apps: apps.count, core: core, holder: holder))
        }
    }

    /// Lets the world run to its end.
    package consuming func run() -> WorldReport {
        boot()
        let calmAt = options.horizon - options.calmEnd
        let early = random.number(2...6)
        let firstFault = options.onlyStoreFails ? 15 : options.isGentle ? 20 + early : early
        if !options.faults.isEmpty { queue.push(.fault, at: .seconds(firstFault)) }
        queue.push(.calm, at: .seconds(calmAt))
        queue.push(.end, at: .seconds(options.horizon))
        if askGap != nil { queue.push(.ask, at: .seconds(1)) }
        while let next = queue.next {
            time = next
            let event = queue.take()
            if case .end = event { break }
            happen(event)
            if report.violations.count >= WorldReport.mostViolations { break }
        }
        return conclude()
    }

    /// Schedules what every world begins with: its nodes start, and its readers.
    mutating func boot() {
        for index in nodes.indices { queue.push(.boot(node: index), at: time + random.number(0...0.5)) }
        queue.push(.read, at: .seconds(0.5))
    }

    /// Lets one thing happen.
    mutating func happen(_ event: WorldEvent) {
        switch event {
        case .boot(let node): boot(node)
        case .wake(let node, let life): wake(node, life)
        case .resume(let node): resume(node)
        case .deliver(let node, let life, let delivery): deliver(delivery, to: node, life)
        case .storeReceives(let request): storeReceives(request.value)
        case .reportDeath(let holder, let node): reportDeath(of: holder, on: node)
        case .wechatReceives(let request): wechatReceives(request)
        case .fault: fault()
        case .calm: calm()
        case .read: read()
        case .ask: ask()
        case .end: break
        }
    }

    /// A new process: its core, with a new incarnation and a new seed.
    mutating func birth(of name: String) -> (core: NodeCore, holder: LeaseHolder) {
        incarnations += 1
        let holder = LeaseHolder(
            node: NodeName(name), incarnation: Incarnation("i\(incarnations)"), address: "http://\(name)")
        let core = NodeCore(holder: holder, settings: settings, seed: random.next(), rules: options.rules) {
            Fingerprint("f" + $0.secret)
        }
        return (core, holder)
    }

    /// When the store's clock was last wrong: then what is left of a life cannot be told by it.
    var clockTamperedAt: WorldTime { redis.clock.isFrozen ? time : conditions.clockTamperedAt }

    /// Notes a violated invariant.
    mutating func violate(_ invariant: Violation.Invariant, _ sentence: String) {
        guard report.violations.count < WorldReport.mostViolations else { return }
        report.violations.append(
            Violation(seed: report.seed, at: time.seconds, invariant: invariant, sentence: sentence))
        if trace.isOn { trace.line(time, "BROKEN", "!", "", "\(invariant.rawValue): \(sentence)") }
    }

    /// One line about the world around the nodes.
    func tell(_ who: String, _ sentence: @autoclosure () -> String) {
        if trace.isOn { trace.line(time, who, " ", "", sentence()) }
    }
}
