public import KeeperCore
public import KeeperPorts
public import Logging
public import ServiceLifecycle

/// Keeps copies of tokens where programs read them that never heard of wxkeeper, as long as its node leads.
///
/// Obeys a `CopySchedule`, as the node obeys its core. It shares the node's way to the store, with one command at a
/// time and the time-out of a command, so that a renewal never waits for more than one of them. It asks nothing of
/// WeChat and keeps nothing: what it copies is what the node serves. A copy that fails is no trouble of the node's.
public struct Copyist: Service {
    private let node: Node
    private let store: any CopyStore
    private let keys: [AppID: [CopyKey]]
    private let timeout: Duration
    private let logger: Logger
    private let events: AsyncStream<Event>
    private let input: AsyncStream<Event>.Continuation

    private enum Event {
        case scheduled(CopySchedule.Event)
        /// Other keys are to hold copies from now on.
        case configured([AppID: [CopyKey]])
    }

    /// A copyist for one node; no other may be made for it.
    /// - Parameters:
    ///   - keys: the keys of every app that has copies; no key twice.
    ///   - timeout: of one command.
    public init(node: Node, store: any CopyStore, keys: [AppID: [CopyKey]], timeout: Duration, logger: Logger) {
        self.node = node
        self.store = store
        self.keys = keys
        self.timeout = timeout
        self.logger = logger
        (events, input) = AsyncStream.makeStream()
    }

    /// From now on keeps copies under these keys.
    ///
    /// One that is left out ends with the token it holds.
    public func configure(_ keys: [AppID: [CopyKey]]) {
        input.yield(.configured(keys))
    }

    /// Works until cancelled or shut down gracefully.
    ///
    /// In a service group it stands before the node.
    public func run() async {
        await cancelWhenGracefulShutdown { await self.work() }
    }

    private func work() async {
        var keys = keys
        var schedule = CopySchedule(apps: keys.keys.sorted())
        var timer = WakeUpTimer(origin: node.origin) { [input] in input.yield(.scheduled(.woke)) }
        await withDiscardingTaskGroup { group in
            group.addTask { [table = node.table, input] in
                for await _ in table.news { input.yield(.scheduled(.changed(table.takeChanged()))) }
            }
            // The term may have begun before anybody listened.
            input.yield(.scheduled(.woke))
            for await event in events {
                let now = node.now
                let happened: CopySchedule.Event
                switch event {
                case .scheduled(let event): happened = event
                case .configured(let next):
                    keys = next
                    happened = .configured(next.keys.sorted())
                }
                for action in schedule.handle(happened, term: node.table.term(at: now), at: now) {
                    perform(action, keys, in: &group)
                }
                timer.set(schedule.wakeUp, at: now, in: &group)
            }
            group.cancelAll()
        }
    }

    private func perform(
        _ action: CopySchedule.Action, _ keys: [AppID: [CopyKey]], in group: inout DiscardingTaskGroup
    ) {
        switch action {
        case .copy(let apps, let epoch):
            group.addTask { input.yield(.scheduled(.replied(await copy(apps, keys, epoch: epoch)))) }
        case .tellFailure(let error):
            logger.warning("cannot write every copy of the tokens in Redis", metadata: ["error": "\(error)"])
        case .tellRecovery:
            logger.notice("writes every copy of the tokens in Redis again")
        }
    }

    private func copy(
        _ apps: [AppID], _ keys: [AppID: [CopyKey]], epoch: Epoch
    ) async -> CopySchedule.Outcome {
        let copies = apps.compactMap { app in keys[app].flatMap { copy(of: app, $0, at: node.now) } }
        guard !copies.isEmpty else { return .done }
        do throws(StoreError) {
            return try await store.copy(copies, epoch: epoch, before: .now + timeout) ? .done : .denied
        } catch {
            return .failed(error)
        }
    }

    /// Nil while there is no token.
    ///
    /// A doubt does not shorten the life: programs that find no token fetch one themselves, which is worse than one
    /// that may not be the newest.
    private func copy(of app: AppID, _ keys: [CopyKey], at now: Instant) -> Copy? {
        guard let credential = node.table.credential(of: app, at: now) else { return nil }
        return Copy(
            app: app, epoch: credential.epoch, version: credential.version, token: credential.token,
            left: credential.expiresAt - now, keys: keys)
    }
}
