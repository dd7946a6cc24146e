import KeeperCore
import KeeperPorts
import Synchronization

@testable import ClusterSimulation

/// The model of Redis behind the ports of one node, `n1`, with a log of what was asked.
///
/// It begins with a term that another node has released, so that nothing keeps the node under test from calling.
final class MemoryStore: LeaseStore, CredentialStore, MirrorStore {
    struct State {
        var redis = RedisModel(seed: 7)
        /// Stands under the node's name and stirs with every tick.
        var namesake: Member?
        var isAway = false
        var leaseLog: [LeaseCommand] = []
        var mirrors: [Mirror] = []
        /// The epoch of every command about mirrors.
        var mirrorEpochs: [Epoch] = []
        var mirrorsFail = false

        init() {
            redis.lead(.n2, epoch: 4, sequence: 1, until: .max)
            release()
        }

        /// The leader, another node, hands over.
        mutating func release() {
            redis.contents.lease?.release = .handedOver(Handover(left: .zero))
            redis.contents.lock = nil
        }
    }

    let hints: AsyncStream<Void>
    private let hint: AsyncStream<Void>.Continuation
    private let state = Mutex(State())
    private let start = ContinuousClock.now

    init() { (hints, hint) = AsyncStream.makeStream() }

    private var now: WorldTime { WorldTime(nanoseconds: start.duration(to: .now).nanoseconds) }

    /// Changes the scene and tells the node that something has changed.
    func set(_ body: (inout sending State) -> Void) {
        state.withLock { body(&$0) }
        hint.yield()
    }

    /// Commands about the lease so far, but for ticks.
    var leaseLog: [LeaseCommand] { state.withLock { $0.leaseLog } }

    /// Mirrors written so far.
    var mirrors: [Mirror] { state.withLock { $0.mirrors } }

    var mirrorEpochs: [Epoch] { state.withLock { $0.mirrorEpochs } }

    func record(_ app: AppID) -> CredentialRecord? {
        state.withLock { state in state.redis.stored(app)?.reading(at: state.redis.clock.now(now)) }
    }

    /// Another node has written this record.
    func keep(_ record: CredentialRecord) { set { [now] state in state.redis.keep(record, at: now) } }

    /// Another version has written its number.
    func setFormat(_ number: Int) { set { $0.redis.contents.format = number } }

    /// Another node takes the lease.
    func crown(_ holder: LeaseHolder, epoch: UInt64) {
        set { $0.redis.lead(holder, epoch: epoch, sequence: 1, until: .max) }
    }

    func perform(
        _ command: LeaseCommand, before deadline: ContinuousClock.Instant
    ) async throws(StoreError) -> LeaseReply {
        try reply { state in state.perform(command, at: now) }
    }

    func perform(
        _ command: CredentialCommand, before deadline: ContinuousClock.Instant
    ) async throws(StoreError) -> CredentialReply {
        try reply { state in state.perform(command, at: now) }
    }

    private func reply<Reply: Sendable>(_ body: (inout State) -> Reply) throws(StoreError) -> Reply {
        let result: Result<Reply, StoreError> = state.withLock { state in
            if state.isAway { return .failure(.unreachable(reason: "away")) }
            return state.redis.refusal.map { .failure(.rejected($0)) } ?? .success(body(&state))
        }
        return try result.get()
    }

    func mirror(
        _ mirrors: [Mirror], epoch: Epoch, before deadline: ContinuousClock.Instant
    ) async throws(StoreError) -> Bool {
        let isDone = state.withLock { state in
            state.mirrorEpochs.append(epoch)
            if !state.mirrorsFail { state.mirrors += mirrors }
            return !state.mirrorsFail
        }
        guard isDone else { throw .timedOut }
        return true
    }
}

extension MemoryStore.State {
    private var server: ServerIdentity { ServerIdentity(run: redis.run, connection: 1) }

    fileprivate mutating func perform(_ command: LeaseCommand, at now: WorldTime) -> LeaseReply {
        if case .tick = command {
            namesake?.beat += 1
            if let namesake { redis.place(namesake) }
        } else {
            leaseLog.append(command)
        }
        return LeaseReply(server: server, answer: redis.perform(command, as: .n1, at: now))
    }

    fileprivate mutating func perform(_ command: CredentialCommand, at now: WorldTime) -> CredentialReply {
        let answer = redis.perform(command, as: .n1, at: now)
        return CredentialReply(
            server: server, store: redis.contents.store ?? "", outcome: answer.outcome, record: answer.record)
    }
}
