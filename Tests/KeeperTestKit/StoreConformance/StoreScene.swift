import ClusterObservation
import KeeperCore
import KeeperPorts

/// Three nodes on one store, and what they may do to it.
struct StoreScene: Sendable {
    let harness: any StoreHarness
    let a: StoreCaller
    let b: StoreCaller
    let c: StoreCaller

    init(_ harness: some StoreHarness) async throws {
        self.harness = harness
        a = try await StoreCaller(StoreScene.holder("a"), harness)
        b = try await StoreCaller(StoreScene.holder("b"), harness)
        c = try await StoreCaller(StoreScene.holder("c"), harness)
    }

    static func holder(_ name: String, start: Int = 1) -> LeaseHolder {
        LeaseHolder(
            node: NodeName("node-\(name)"), incarnation: Incarnation("\(name)\(start)"),
            address: "http://\(name).example:2130")
    }

    /// Lets `next` take the lease from whoever had it.
    func succession(to next: StoreCaller) async throws -> Epoch {
        try await harness.expireLock()
        return try await next.lead()
    }
}

/// One node, giving its commands one by one.
struct StoreCaller: Sendable {
    let holder: LeaseHolder
    private let store: any LeaseStore & CredentialStore

    static let app = AppID("wx0123456789abcdef")

    init(_ holder: LeaseHolder, _ harness: some StoreHarness) async throws {
        self.holder = holder
        store = try await harness.store(for: holder)
    }

    func perform(_ command: LeaseCommand) async throws -> LeaseReply.Answer {
        try await persisting { () async throws(StoreError) in
            try await store.perform(command, before: .now + .seconds(20)).answer
        }
    }

    func perform(_ command: CredentialCommand) async throws -> CredentialReply {
        try await persisting { () async throws(StoreError) in
            try await store.perform(command, before: .now + .seconds(20))
        }
    }

    /// Repeats what has surely not run: connecting has a short time-out of its own, which a busy machine misses.
    private func persisting<Value>(_ body: () async throws(StoreError) -> Value) async throws -> Value {
        var value: Value?
        try await eventually("the store is reached") {
            do {
                value = try await body()
                return true
            } catch StoreError.unreachable {
                return false
            }
        }
        return try require(value)
    }

    // MARK: - Lease

    func acquire(
        ttl: Duration = .seconds(60), highestEpochSeen: UInt64 = 0, observed: ObservedRenewal? = nil,
        steals: Bool = false
    ) async throws -> LeaseReply.Answer {
        try await perform(
            .acquire(
                Acquisition(ttl: ttl, highestEpochSeen: Epoch(highestEpochSeen), observed: observed, steals: steals)))
    }

    /// Takes the lease, which must be free.
    func lead(highestEpochSeen: UInt64 = 0) async throws -> Epoch {
        guard case .granted(let epoch, _, _) = try await acquire(highestEpochSeen: highestEpochSeen) else {
            throw Nonconformance(description: "\(holder.node) could not take a free lease")
        }
        return epoch
    }

    func renew(_ epoch: Epoch, isActive: Bool = false) async throws -> LeaseReply.Answer {
        try await perform(.renew(epoch: epoch, ttl: .seconds(60), isActive: isActive))
    }

    func release(_ epoch: Epoch, left: Duration = .zero) async throws -> LeaseReply.Answer {
        try await perform(.release(epoch: epoch, handover: Handover(left: left)))
    }

    func pause(for duration: Duration?) async throws { _ = try await perform(.pause(for: duration)) }

    func reportDeath() async throws -> LeaseReply.Answer { try await perform(.reportDeath) }

    func tick(
        from position: StorePosition? = nil, claimsName: Bool = false, epochSeen: Epoch = .none,
        isDraining: Bool = false, reachability: Member.Reachability = .unknown, apps: AppsDigest? = nil,
        memberTTL: Duration = .seconds(60), verify: [AppID] = []
    ) async throws -> TickReply {
        let tick = Tick(
            position: position, claimsName: claimsName, epochSeen: epochSeen, isDraining: isDraining,
            reachability: reachability, apps: apps, memberTTL: memberTTL, verify: verify)
        guard case .ticked(let reply) = try await perform(.tick(tick)) else {
            throw Nonconformance(description: "a tick was not answered as one")
        }
        return reply
    }

    // MARK: - Credential

    func intent(_ number: UInt64) -> IntentID { IntentID(incarnation: holder.incarnation, number: number) }

    /// Begins the `number`th intent, on the record as it stands unless told otherwise.
    func begin(
        _ number: UInt64, _ epoch: Epoch, on record: CredentialRecord?, app: AppID = Self.app
    ) async throws -> CredentialReply {
        try await perform(
            .begin(Beginning(app: app, epoch: epoch, intent: intent(number), basis: DecisionBasis(record))))
    }

    func publish(
        _ number: UInt64, _ epoch: Epoch, _ token: String, age: Duration = .zero, knownVersion: UInt64 = 0,
        followsExternalRotation: Bool = false, app: AppID = Self.app
    ) async throws -> CredentialReply {
        try await perform(
            .publish(
                Publication(
                    app: app, epoch: epoch, intent: intent(number), token: Token(token),
                    fingerprint: Self.fingerprint(token), life: .seconds(7200), left: .seconds(7200) - age, age: age,
                    knownVersion: knownVersion, followsExternalRotation: followsExternalRotation)))
    }

    func abort(
        _ number: UInt64?, _ epoch: Epoch, _ effect: Abortion.Effect, trouble: Trouble? = nil
    ) async throws -> CredentialReply {
        try await perform(
            .abort(
                Abortion(
                    app: Self.app, epoch: epoch, intent: number.map(intent), effect: effect, trouble: trouble)))
    }

    func put(
        _ epoch: Epoch, _ token: String, left: Duration = .seconds(7200), knownVersion: UInt64 = 0,
        settledEvent: UInt64 = 0, app: AppID = Self.app
    ) async throws -> CredentialReply {
        try await perform(
            .put(
                Putting(
                    app: app, epoch: epoch, token: Token(token), fingerprint: Self.fingerprint(token),
                    life: .seconds(7200), left: left, knownVersion: knownVersion, settledEvent: settledEvent)))
    }

    func restore(_ epoch: Epoch, _ record: CredentialRecord) async throws -> CredentialReply {
        try await perform(.restore(Restoration(epoch: epoch, record: record)))
    }

    /// Begins and publishes, which both must succeed.
    func rotate(
        _ number: UInt64, _ epoch: Epoch, to token: String, on record: CredentialRecord?
    ) async throws -> CredentialRecord {
        try expect(try await begin(number, epoch, on: record).outcome, .accepted, "begin \(number)")
        let reply = try await publish(number, epoch, token)
        try expect(reply.outcome, .accepted, "publish \(number)")
        return try require(reply.record)
    }

    static func fingerprint(_ token: String) -> Fingerprint { Fingerprint("print-of-\(token)") }
}
