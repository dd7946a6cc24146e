public import KeeperCore
public import KeeperPorts
public import Logging
public import ServiceLifecycle

/// Keeps mirrors of tokens where programs read them that never heard of wxkeeper, as long as its node leads.
///
/// Obeys a `MirrorSchedule`, as the node obeys its core. It shares the node's way to the store, with one command at a
/// time and the time-out of a command, so that a renewal never waits for more than one of them. It asks nothing of
/// WeChat and keeps nothing: what it mirrors is what the node serves. A mirror that fails is no trouble of the node's.
public struct MirrorWriter: Service {
    private let node: Node
    private let store: any MirrorStore
    private let keys: [AppID: [MirrorKey]]
    private let timeout: Duration
    private let logger: Logger
    private let events: AsyncStream<Event>
    private let input: AsyncStream<Event>.Continuation

    private enum Event {
        case scheduled(MirrorSchedule.Event)
        /// Other keys are to hold mirrors from now on.
        case configured([AppID: [MirrorKey]])
    }

    /// A writer for one node; no other may be made for it.
    /// - Parameters:
    ///   - keys: the keys of every app that has mirrors; no key twice.
    ///   - timeout: of one command.
    public init(node: Node, store: any MirrorStore, keys: [AppID: [MirrorKey]], timeout: Duration, logger: Logger) {
        self.node = node
        self.store = store
        self.keys = keys
        self.timeout = timeout
        self.logger = logger
        (events, input) = AsyncStream.makeStream()
    }

    /// From now on keeps mirrors under these keys.
    ///
    /// One that is left out ends with the token it holds.
    public func configure(_ keys: [AppID: [MirrorKey]]) {
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
        var schedule = MirrorSchedule(apps: keys.keys.sorted())
        var timer = WakeUpTimer(origin: node.origin) { [input] in input.yield(.scheduled(.woke)) }
        await withDiscardingTaskGroup { group in
            group.addTask { [table = node.table, input] in
                for await _ in table.news { input.yield(.scheduled(.changed(table.takeChanged()))) }
            }
            // The term may have begun before anybody listened.
            input.yield(.scheduled(.woke))
            for await event in events {
                let now = node.now
                let happened: MirrorSchedule.Event
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
        _ action: MirrorSchedule.Action, _ keys: [AppID: [MirrorKey]], in group: inout DiscardingTaskGroup
    ) {
        switch action {
        case .mirror(let apps, let epoch):
            group.addTask { input.yield(.scheduled(.replied(await mirror(apps, keys, epoch: epoch)))) }
        case .tellFailure(let error):
            logger.warning("cannot write every mirror of the tokens in Redis", metadata: ["error": "\(error)"])
        case .tellRecovery:
            logger.notice("writes every mirror of the tokens in Redis again")
        }
    }

    private func mirror(
        _ apps: [AppID], _ keys: [AppID: [MirrorKey]], epoch: Epoch
    ) async -> MirrorSchedule.Outcome {
        let mirrors = apps.compactMap { app in keys[app].flatMap { mirror(of: app, $0, at: node.now) } }
        guard !mirrors.isEmpty else { return .done }
        do throws(StoreError) {
            return try await store.mirror(mirrors, epoch: epoch, before: .now + timeout) ? .done : .denied
        } catch {
            return .failed(error)
        }
    }

    /// Nil while there is no token.
    ///
    /// An uncertainty does not shorten the life: programs that find no token fetch one themselves, which is worse than
    /// one that may not be the newest.
    private func mirror(of app: AppID, _ keys: [MirrorKey], at now: Instant) -> Mirror? {
        guard let credential = node.table.credential(of: app, at: now) else { return nil }
        return Mirror(
            app: app, epoch: credential.epoch, version: credential.version, token: credential.token,
            left: credential.expiresAt - now, keys: keys)
    }
}
