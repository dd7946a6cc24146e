import KeeperCore

extension StoreConformance {
    /// Random commands of three nodes: what must hold after each of them, whatever came before.
    static let walks: [StoreConformance] = (0..<6).map { seed in
        StoreConformance("anyOrderOfCommands_KeepsTheOrderOfTokens (seed \(seed))") { scene in
            var walk = RandomWalk(scene: scene, chance: SplitMix64(seed: UInt64(seed)))
            for _ in 0..<250 { try await walk.step() }
            try expect(walk.accepted > 10, "the walk saw too few tokens: \(walk.accepted)")
        }
    }
}

/// Nodes that act on what they last saw, now and then late, now and then after the lease has gone.
private struct RandomWalk {
    let scene: StoreScene
    var chance: SplitMix64
    var epochs: [Epoch] = [.none, .none, .none]
    var begun: [(number: UInt64, epoch: Epoch)?] = [nil, nil, nil]
    var seen: CredentialRecord?
    var numbers: UInt64 = 0
    var accepted = 0
    var leader = 0

    private var callers: [StoreCaller] { [scene.a, scene.b, scene.c] }

    mutating func step() async throws {
        // Mostly the leader, or else little would happen.
        let who = Int.random(in: 0..<4, using: &chance) == 0 ? Int.random(in: 0..<3, using: &chance) : leader
        switch Int.random(in: 0..<12, using: &chance) {
        case 0: if Bool.random(using: &chance) { try await scene.harness.expireLock() }
        case 1...2: try await lead(who)
        case 3...5: try await begin(who)
        case 6...9: try await publish(who)
        case 10: try await abort(who)
        default: try await put(who)
        }
    }

    private mutating func lead(_ who: Int) async throws {
        switch try await callers[who].acquire() {
        case .granted(let epoch, let previous, _):
            try expect(epoch > previous?.epoch ?? .none, "a term that is not later than the one before")
            epochs[who] = epoch
            leader = who
        case .resumed(let epoch): try expect(epoch, epochs[who])
        case .denied: break
        default: throw Nonconformance(description: "not an answer to acquire")
        }
    }

    private mutating func begin(_ who: Int) async throws {
        numbers += 1
        let reply = try await callers[who].begin(numbers, epochs[who], on: seen)
        if reply.outcome == .accepted { begun[who] = (numbers, epochs[who]) }
        try check(reply, mayBring: nil, of: who)
    }

    private mutating func publish(_ who: Int) async throws {
        guard let intent = begun[who] else { return }
        // Half the time the same answer is sent twice.
        if Bool.random(using: &chance) { begun[who] = nil }
        let token = "token-\(intent.number)"
        let reply = try await callers[who].publish(intent.number, intent.epoch, token)
        if reply.outcome == .accepted { accepted += 1 }
        try check(reply, mayBring: token, of: who)
    }

    private mutating func abort(_ who: Int) async throws {
        guard let intent = begun[who] else { return }
        begun[who] = nil
        let effects: [Abortion.Effect] = [.unsent, .none, .unknown, .late]
        let effect = effects[Int.random(in: 0..<effects.count, using: &chance)]
        let reply = try await callers[who].abort(intent.number, intent.epoch, effect)
        try check(reply, mayBring: nil, of: who)
    }

    private mutating func put(_ who: Int) async throws {
        numbers += 1
        let token = "token-\(numbers)"
        let reply = try await callers[who].put(epochs[who], token, knownVersion: seen?.version ?? 0)
        try check(reply, mayBring: token, of: who)
    }

    /// Compares the record with the one before.
    private mutating func check(_ reply: CredentialReply, mayBring token: String?, of who: Int) throws {
        defer { seen = reply.record }
        guard let old = seen else { return }
        let new = try require(reply.record, "the record")
        try expect(new.event >= old.event, "events went back")
        try expect((new.epoch, new.version) >= (old.epoch, old.version), "the order of tokens went back")
        if new.issue?.token != old.issue?.token {
            try expect(reply.outcome, .accepted)
            try expect(new.issue?.token.secret, token)
            try expect(new.version, old.version + 1)
            try expect(new.previous.first, old.issue?.fingerprint)
        }
        if let uncertainty = old.uncertainty, new.uncertainty == nil {
            try expect(new.version > old.version, "an uncertainty ended without a new token")
            try expect(
                old.intent.map { $0.event > uncertainty.event } ?? false, "an uncertainty ended by an earlier intent")
        }
        if reply.outcome == .notHolder || reply.outcome == .changed {
            try expect(new.event, old.event, "a refusal changed the record")
        }
        if reply.outcome == .superseded {
            try expect(new.uncertainty?.event, new.event, "a refused token is an uncertainty")
        }
    }
}
