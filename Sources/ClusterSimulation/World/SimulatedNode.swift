internal import KeeperCore

/// One node: the production core, its clock, and what the shell around it would keep.
struct SimulatedNode: Sendable {
    /// A command whose answer is awaited.
    struct PendingCommand: Sendable {
        let id: RequestID
        let deadline: Instant
        let connection: UInt64
        let isLease: Bool
    }

    /// A call or probe that has not ended.
    struct PendingCall: Sendable {
        let id: RequestID
        let app: Int
        let content: WeChatRequest.Content
        let permit: CallPermit
        var isSent = false

        var rotates: Bool {
            if case .fetch(let kind) = content { kind.rotates } else { false }
        }
    }

    /// A token as the store has shown it: the same may stand under another number too.
    private struct Heard: Equatable, Sendable {
        let token: Token
        let epoch: Epoch
        let version: UInt64
    }

    /// A question to the members.
    struct PendingQuestion: Sendable {
        let id: RequestID
        var missing: Int
        var states: [MemberState] = []
    }

    let index: Int
    let name: String
    let clock: NodeClock
    private(set) var core: NodeCore
    /// The core's gate after the last event.
    private(set) var gate = LeaseGate.closed
    /// When the core wants to be woken, as it said after the last event.
    private(set) var wakeUp = Instant.origin
    var holder: LeaseHolder
    /// Counts its starts.
    var life = 0
    var isAlive = false
    var pausedUntil = WorldTime.never
    var mailbox: [Delivery] = []
    var wakesAt = WorldTime.forever
    /// The wake-up that the timer was last set for.
    var armedFor: Instant?
    /// The gate that was last held against the store's grant.
    var checkedGate = LeaseGate.closed
    var connection: UInt64 = 1
    var connectedAt = WorldTime.never

    var commands: [PendingCommand] = []
    var calls: [PendingCall] = []
    var questions: [PendingQuestion] = []
    var forwards: [RequestID] = []
    /// In the order in which they came.
    var waiters: [Waiter] = []
    var lastWaiter: UInt64 = 0

    /// What it hands out, by app.
    var served: [ServedCredential?]
    /// The newest it has handed out in this life, by app.
    var newestServed: [Credential?]
    /// The token in the last record of the store that it has taken in, by app.
    private var heard: [Heard?]
    /// When the newest reading of the store that it has seen was made.
    var syncedAt = WorldTime.never
    /// When the store or another node last said anything to it.
    var heardAt = WorldTime.never
    /// When the store last granted or renewed a lease of this life.
    var grantedAt = WorldTime.never
    /// When it was asked to leave.
    var leavingSince: WorldTime?
    var hasLeft = false
    /// A hash over all that its core was told, and when; kept only for a search.
    var history = 0

    init(index: Int, clock: NodeClock, apps: Int, core: NodeCore, holder: LeaseHolder) {
        self.index = index
        self.clock = clock
        self.core = core
        self.holder = holder
        name = holder.node.rawValue
        served = Array(repeating: nil, count: apps)
        newestServed = served.map { _ in nil }
        heard = served.map { _ in nil }
    }

    /// Starts the process: a new core.
    mutating func begin(_ core: NodeCore, as holder: LeaseHolder) {
        self.core = core
        self.holder = holder
        gate = .closed
        wakeUp = .origin
        isAlive = true
        connection = 1
        syncedAt = .never
        grantedAt = .never
    }

    /// Hands an event to the core; what it says comes to stand in `actions`, which must be empty.
    mutating func handle(_ event: NodeEvent, at now: Instant, into actions: inout [NodeAction]) {
        gate = core.handle(event, at: now, into: &actions)
        wakeUp = core.nextWakeUp
    }

    /// It hands out another token, or none.
    mutating func serves(_ credential: ServedCredential?, _ app: Int) {
        served[app] = credential
        countServed(app)
    }

    /// It has taken in a record of the store.
    mutating func heard(_ record: CredentialRecord, _ app: Int) {
        heard[app] = record.issue.map { Heard(token: $0.token, epoch: record.epoch, version: record.version) }
        countServed(app)
    }

    /// What it hands out counts once the store has shown it that very token: one of its own may be withdrawn again.
    private mutating func countServed(_ app: Int) {
        guard let credential = served[app]?.credential, let shown = heard[app], shown.token == credential.token,
            shown.epoch == credential.epoch, shown.version == credential.version
        else { return }
        newestServed[app] = credential
    }

    /// Takes out the command awaited under `id`.
    mutating func takeCommand(_ id: RequestID) -> PendingCommand? {
        guard let index = commands.firstIndex(where: { $0.id == id }) else { return nil }
        return commands.remove(at: index)
    }

    /// Takes out the call or probe under `id`.
    mutating func takeCall(_ id: RequestID) -> PendingCall? {
        guard let index = calls.firstIndex(where: { $0.id == id }) else { return nil }
        return calls.remove(at: index)
    }

    /// Takes out somebody who waits.
    mutating func takeWaiter(_ id: WaiterID) -> Waiter? {
        guard let index = waiters.indices.first(where: { waiters[$0].id == id }) else { return nil }
        return waiters.remove(at: index)
    }

    /// Ends the process: nothing is left of it but what travels.
    mutating func end() {
        isAlive = false
        life += 1
        pausedUntil = .never
        wakesAt = .forever
        armedFor = nil
        checkedGate = .closed
        mailbox = []
        commands = []
        calls = []
        questions = []
        forwards = []
        waiters = []
        leavingSince = nil
        hasLeft = false
        for app in served.indices {
            served[app] = nil
            newestServed[app] = nil
            heard[app] = nil
        }
    }
}
