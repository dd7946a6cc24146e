import KeeperCore

@testable import ClusterSimulation

/// A few nodes, one Redis and one WeChat, played event by event, every line of it written down.
///
/// The nodes are the production core; Redis and WeChat are the models of the simulation. But nothing here is left to
/// chance: every way takes its fixed time, and only what the scene says goes wrong.
struct Scene {
    /// One process.
    struct SceneNode {
        let name: String
        var core: NodeCore
        var holder: LeaseHolder
        var starts = 1
        var isAlive = true
        var isFrozen = false
        /// What came while it stood still.
        var mailbox: [Happening] = []
        var connection: UInt64 = 1
        /// Whose answer a waiting caller's is, where another node has forwarded it.
        var senders: [WaiterID: Sender] = [:]
        var lastWaiter: UInt64 = 0

        var runs: Bool { isAlive && !isFrozen }
    }

    struct Sender {
        let node: Int
        let starts: Int
        let request: RequestID
    }

    typealias Happening = @Sendable (inout Scene) -> Void

    let settings: NodeSettings
    var nodes: [SceneNode] = []
    var redis = RedisModel(seed: 1)
    var wechat: WeChatModel
    var page = Page()
    var time = WorldTime.start
    private var queue = EventQueue<Happening>(idle: { _ in })

    /// While it is away, connections to Redis are refused.
    var isRedisAway = false
    /// The first answer of Redis that fits gets lost; the command has run.
    var losesAnswer: (@Sendable (Wording.Question) -> Bool)?
    /// WeChat obeys the next call, and its answer gets lost.
    var losesNextCall = false

    private static let clock = NodeClock(offset: 0, drift: 0)

    init(line: CredentialLine = .classic, watchPeriod: Duration = .zero, ticket: TicketType? = nil) {
        let app = AppID("wx1")
        let timing: LeaseTiming
        do { timing = try LeaseTiming() } catch { preconditionFailure("the defaults must be sound: \(error)") }
        settings = NodeSettings(
            timing: timing,
            apps: [AppSettings(id: app, line: line)] + (ticket.map { [AppSettings(ticket: $0, of: app)] } ?? []),
            overlap: .seconds(300), watchPeriod: watchPeriod)
        let accounts = [line, .ticket(ticket ?? .jsapi)].map { line in
            WeChatModel.Account(line: line, life: 7200, isMisconfigured: false)
        }
        wechat = WeChatModel(accounts: accounts, overlap: 300, renewalWindow: 1)
        // The first epoch of an empty Redis is its clock in seconds: here a short number.
        redis.clock.step(by: 100 - Double(redis.clock.now(time)) * 1e-9, at: time)
    }
}

// MARK: Time

extension Scene {
    /// What the clock of every node shows.
    var now: Instant { Self.clock.instant(at: time) }

    /// Lets time pass.
    mutating func pass(_ seconds: Double) {
        let end = time + seconds
        while let next = nextMoment, next <= end { step(to: next) }
        time = end
    }

    /// Lets time pass until `condition` holds, or `limit` is over.
    mutating func pass(atMost limit: Double, until condition: (Scene) -> Bool) {
        let end = time + limit
        while !condition(self), let next = nextMoment, next <= end { step(to: next) }
    }

    private var nextMoment: WorldTime? {
        (nodes.filter(\.runs).map { Self.clock.time(of: $0.core.nextWakeUp) } + (queue.next.map { [$0] } ?? []))
            .min()
    }

    private mutating func step(to next: WorldTime) {
        time = max(time, next)
        if let due = queue.next, due <= time {
            let happening = queue.take()
            happening(&self)
        } else if let index = nodes.firstIndex(where: { $0.runs && $0.core.nextWakeUp <= now }) {
            feed(.woke, to: index)
        }
    }

    /// Lets something happen later.
    mutating func after(_ seconds: Double, _ happening: @escaping Happening) {
        queue.push(happening, at: time + seconds)
    }

    /// Lets something happen when the nodes' clock shows `moment`.
    mutating func at(_ moment: Instant, _ happening: @escaping Happening) {
        queue.push(happening, at: max(time, Self.clock.time(of: moment)))
    }

    /// Lets something happen at a node, unless its process has ended: when it stands still no more.
    mutating func atNode(_ node: Int, _ starts: Int, _ happening: @escaping Happening) {
        guard nodes[node].isAlive, nodes[node].starts == starts else { return }
        if nodes[node].isFrozen { nodes[node].mailbox.append(happening) } else { happening(&self) }
    }
}

// MARK: Events in, actions out

extension Scene {
    var wording: Wording {
        let page = page
        return Wording(moment: { page.moment($0.sinceOrigin.inSeconds) }, now: now)
    }

    mutating func feed(_ event: NodeEvent, to node: Int, answering question: Wording.Question? = nil) {
        write(nodes[node].name, page.isOpen ? wording.words(for: event, answering: question) : nil)
        for action in nodes[node].core.handle(event, at: now) {
            write(nodes[node].name, page.isOpen ? wording.words(for: action) : nil)
            obey(action, node)
        }
    }

    mutating func write(_ who: String, _ text: String?) {
        if let text { page.line(time.seconds, who, text) }
    }
}
