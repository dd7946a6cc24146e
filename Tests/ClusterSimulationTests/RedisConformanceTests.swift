import KeeperCore
import KeeperPorts
import KeeperTestKit
import Synchronization
import Testing

@testable import ClusterSimulation

/// The simulated Redis keeps the rules that the real one keeps: one suite for both.
@Suite struct RedisConformanceTests {
    @Test(arguments: StoreConformance.all) func redisModel_Conforms(to rule: StoreConformance) async throws {
        try await rule.check(SimulatedRedis())
    }
}

/// One `RedisModel` behind the two ports, with a clock that moves only when told.
private final class SimulatedRedis: StoreHarness {
    private struct Content: Sendable {
        var model = RedisModel(seed: 7)
        var time = WorldTime.start

        var server: ServerIdentity { ServerIdentity(run: model.run, connection: 1) }
    }

    private let content = Mutex(Content())

    private struct Store: LeaseStore, CredentialStore {
        let redis: SimulatedRedis
        let caller: LeaseHolder
        let hints = AsyncStream<Void> { $0.finish() }

        func perform(
            _ command: LeaseCommand, before deadline: ContinuousClock.Instant
        ) async throws(StoreError) -> LeaseReply {
            try redis.run { content in
                let answer = content.model.perform(command, as: caller, at: content.time)
                return LeaseReply(server: content.server, answer: answer)
            }
        }

        func perform(
            _ command: CredentialCommand, before deadline: ContinuousClock.Instant
        ) async throws(StoreError) -> CredentialReply {
            try redis.run { content in
                let answer = content.model.perform(command, as: caller, at: content.time)
                return CredentialReply(
                    server: content.server, store: content.model.contents.store ?? "", outcome: answer.outcome,
                    record: answer.record)
            }
        }
    }

    private func run<Reply: Sendable>(_ command: (inout Content) -> Reply) throws(StoreError) -> Reply {
        let result: Result<Reply, StoreError> = content.withLock { content in
            content.model.refusal.map { .failure(.rejected($0)) } ?? .success(command(&content))
        }
        return try result.get()
    }

    func store(for caller: LeaseHolder) -> any LeaseStore & CredentialStore { Store(redis: self, caller: caller) }

    func wipe() { content.withLock { $0.model.wipe() } }

    func expireLock() { content.withLock { $0.model.contents.lock = nil } }

    func removeLease() { content.withLock { $0.model.contents.lease = nil } }

    func removeRecord(of app: AppID) {
        content.withLock { content in content.model.contents.credentials.removeAll { $0.app == app } }
    }

    func spoilRecord(of app: AppID) {
        removeRecord(of: app)
        content.withLock { $0.model.contents.spoiled.append(Spoilage(key: "tok:\(app)", field: "version")) }
    }

    func spoilLease() {
        removeLease()
        content.withLock { $0.model.contents.spoiled.append(Spoilage(key: "lease", field: "epoch")) }
    }

    func format() -> Int? { content.withLock { $0.model.contents.format } }

    func setFormat(_ number: Int?) { content.withLock { $0.model.contents.format = number } }

    func advance(by duration: Duration) { content.withLock { $0.time = $0.time + duration.inSeconds } }
}
