internal import KeeperCore
internal import KeeperPorts
internal import Logging
internal import RedisClient

/// Runs every script of a node once, on keys of its own among those of the cluster, and removes them.
///
/// Redis, its rules for the user and whatever stands before it treat these keys as they would the cluster's. Should the
/// program die meanwhile, they vanish by themselves.
struct Rehearsal {
    /// How long the keys outlive a program that dies.
    static let life: Duration = .seconds(60)

    private let keyspace: Keyspace
    private let store: RedisStore
    private let patience: Duration
    private let app = AppID("wxcheck")
    private let holder: LeaseHolder

    init(_ endpoint: RedisEndpoint, cluster: String, _ patience: Duration) {
        var chance = SystemRandomNumberGenerator()
        let name = String(chance.next(), radix: 16)
        keyspace = Keyspace(scratch: name, of: cluster)
        holder = LeaseHolder(node: NodeName("check"), incarnation: Incarnation(name), address: "http://check.invalid")
        store = RedisStore(
            keyspace, endpoint: endpoint, caller: holder,
            logger: Logger(label: "check") { _ in SwiftLogNoOpLogHandler() })
        self.patience = patience
    }

    private var keys: [RedisArgument] {
        keyspace.fixed + [keyspace.member(holder.node.rawValue), keyspace.record(of: app)]
    }

    /// - Parameter connection: sees to it that nothing is left.
    /// - Returns: why a script has failed; nil if none has.
    func run(watchedBy connection: RedisConnection) async -> StoreError? {
        var trouble: StoreError?
        do throws(StoreError) { try await play(connection) } catch { trouble = error }
        // A user who may not delete has keys that may not stay for long either.
        _ = await connection.send(together: keys.map { ["DEL", $0] }, before: .now + patience)
        await store.close()
        return trouble
    }

    private func play(_ connection: RedisConnection) async throws(StoreError) {
        let tick = LeaseCommand.tick(Tick(position: nil, memberTTL: Self.life, verify: [app]))
        let acquisition = Acquisition(ttl: Self.life, highestEpochSeen: .none, observed: nil, steals: false)
        try await perform(tick, connection)
        guard case .granted(let epoch, _, _) = try await perform(.acquire(acquisition), connection) else {
            throw ReplyReader.unreadable
        }
        try await perform(.renew(epoch: epoch, ttl: Self.life, isActive: true), connection)
        let intent = IntentID(incarnation: holder.incarnation, number: 1)
        let (token, print) = (Token("none"), Fingerprint("none"))
        try await perform(
            .begin(Beginning(app: app, epoch: epoch, intent: intent, basis: DecisionBasis(nil))), connection)
        try await perform(
            .publish(
                Publication(
                    app: app, epoch: epoch, intent: intent, token: token, fingerprint: print, life: Self.life,
                    left: Self.life, age: .zero, knownVersion: 0, followsExternalRotation: false)), connection)
        try await perform(
            .abort(Abortion(app: app, epoch: epoch, intent: nil, effect: .none, trouble: Trouble(summary: "none"))),
            connection)
        let reply = try await perform(
            .put(
                Putting(
                    app: app, epoch: epoch, token: token, fingerprint: print, life: Self.life, left: Self.life,
                    knownVersion: 1, settledEvent: 0)), connection)
        if let record = reply.record {
            try await perform(.restore(Restoration(epoch: epoch, record: record)), connection)
        }
        _ = try await store.mirror([], epoch: epoch, before: .now + patience)
        try await perform(tick, connection)
        try await perform(.pause(for: Self.life), connection)
        try await perform(.release(epoch: epoch, handover: Handover(left: .zero)), connection)
        try await perform(.reportDeath, connection)
        try await perform(.leave, connection)
    }

    @discardableResult
    private func perform(
        _ command: LeaseCommand, _ connection: RedisConnection
    ) async throws(StoreError) -> LeaseReply.Answer {
        let answer = try await store.perform(command, before: .now + patience).answer
        await limit(connection)
        return answer
    }

    @discardableResult
    private func perform(
        _ command: CredentialCommand, _ connection: RedisConnection
    ) async throws(StoreError) -> CredentialReply {
        let reply = try await store.perform(command, before: .now + patience)
        await limit(connection)
        return reply
    }

    private func limit(_ connection: RedisConnection) async {
        let commands = keys.map { ["PEXPIRE", $0, Self.life.argument] }
        _ = await connection.send(together: commands, before: .now + patience)
    }
}
