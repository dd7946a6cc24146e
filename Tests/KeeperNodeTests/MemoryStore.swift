import KeeperCore
import KeeperPorts
import Synchronization

/// The least of a store: one node's lease and records in memory, and a log of what was asked.
///
/// It begins with a term that another node has released, so that nothing keeps the node under test from calling.
final class MemoryStore: LeaseStore, CredentialStore, CopyStore {
    struct State {
        var lease: LeaseRecord? = LeaseRecord(
            epoch: Epoch(4), holder: .n2, sequence: 1, isActive: true, release: .handedOver(Handover(left: .zero)))
        var isLocked = false
        var records: [AppID: CredentialRecord] = [:]
        var event: UInt64 = 0
        /// Stands under the node's name and stirs with every tick.
        var namesake: Member?
        var isAway = false
        var leaseLog: [LeaseCommand] = []
        var copies: [Copy] = []
        /// The epoch of every command about copies.
        var copyEpochs: [Epoch] = []
        var copiesFail = false
    }

    let hints: AsyncStream<Void>
    private let hint: AsyncStream<Void>.Continuation
    private let state = Mutex(State())

    init() { (hints, hint) = AsyncStream.makeStream() }

    /// Changes the scene and tells the node that something has changed.
    func set(_ body: (inout sending State) -> Void) {
        state.withLock { body(&$0) }
        hint.yield()
    }

    /// Commands about the lease so far, but for ticks.
    var leaseLog: [LeaseCommand] { state.withLock { $0.leaseLog } }

    /// Copies written so far.
    var copies: [Copy] { state.withLock { $0.copies } }

    var copyEpochs: [Epoch] { state.withLock { $0.copyEpochs } }

    func record(_ app: AppID) -> CredentialRecord? { state.withLock { $0.records[app] } }

    /// Another node takes the lease.
    func crown(_ holder: LeaseHolder, epoch: UInt64) {
        set { state in
            state.lease = LeaseRecord(epoch: Epoch(epoch), holder: holder, sequence: 1)
            state.isLocked = true
        }
    }

    func perform(
        _ command: LeaseCommand, before deadline: ContinuousClock.Instant
    ) async throws(StoreError) -> LeaseReply {
        let answer = state.withLock { $0.isAway ? nil : $0.perform(command) }
        guard let answer else { throw .unreachable("away") }
        return LeaseReply(server: ServerIdentity(run: "run", connection: 1), answer: answer)
    }

    func perform(
        _ command: CredentialCommand, before deadline: ContinuousClock.Instant
    ) async throws(StoreError) -> CredentialReply {
        let record = state.withLock { $0.isAway ? nil : $0.perform(command) }
        guard let record else { throw .unreachable("away") }
        return CredentialReply(
            server: ServerIdentity(run: "run", connection: 1), store: "memory", outcome: .accepted, record: record)
    }

    func copy(
        _ copies: [Copy], epoch: Epoch, before deadline: ContinuousClock.Instant
    ) async throws(StoreError) -> Bool {
        let isDone = state.withLock { state in
            state.copyEpochs.append(epoch)
            if !state.copiesFail { state.copies += copies }
            return !state.copiesFail
        }
        guard isDone else { throw .timedOut }
        return true
    }
}

extension MemoryStore.State {
    fileprivate mutating func perform(_ command: LeaseCommand) -> LeaseReply.Answer {
        if case .tick = command {} else { leaseLog.append(command) }
        switch command {
        case .tick(let tick):
            namesake?.beat += 1
            let changes = records.values.filter { $0.event > tick.position?.event ?? 0 }
            return .ticked(
                TickReply(
                    lease: lease, lockLeft: isLocked ? .seconds(60) : nil,
                    changes: changes.sorted { $0.event < $1.event },
                    position: StorePosition(store: "memory", event: event), startsOver: tick.position == nil,
                    nameHolder: namesake))
        case .acquire:
            guard !isLocked else { return .denied(lease) }
            let previous = lease
            let epoch = Epoch((previous?.epoch.rawValue ?? 0) + 1)
            lease = LeaseRecord(epoch: epoch, holder: .n1, sequence: 1)
            isLocked = true
            return .granted(epoch: epoch, previous: previous)
        case .renew(let epoch, _, _):
            guard lease?.holder == .n1, lease?.epoch == epoch else { return .denied(lease) }
            lease?.sequence += 1
            return .renewed(sequence: lease?.sequence ?? 0)
        case .release(_, let handover):
            lease?.release = .handedOver(handover)
            isLocked = false
            return .done
        case .reportDeath, .pause, .leave: return .done
        }
    }

    fileprivate mutating func perform(_ command: CredentialCommand) -> CredentialRecord {
        event += 1
        var record = records[command.app] ?? CredentialRecord(app: command.app)
        record.event = event
        switch command {
        case .begin(let wish):
            record.intent = OpenIntent(id: wish.intent, epoch: wish.epoch, event: event, age: .zero)
        case .publish(let news):
            if let old = record.issue { record.previous.insert(old.fingerprint, at: 0) }
            record.version += 1
            record.epoch = news.epoch
            record.intent = nil
            record.issue = .init(
                token: news.token, fingerprint: news.fingerprint, life: news.life, left: news.left, age: .zero)
        case .abort(let abortion):
            record.intent = nil
            record.trouble = abortion.trouble ?? record.trouble
        case .put, .restore: break
        }
        records[command.app] = record
        return record
    }
}
