internal import KeeperCore

/// How hostile a world is, and what it contains. What is not given here the seed decides.
package struct WorldOptions: Equatable, Sendable {
    /// Number of nodes; nil: mostly three.
    package var nodes: Int?
    /// Length of the world in seconds.
    package var horizon = 90.0
    /// Length of its last part, without faults, in which everything must heal.
    package var calmEnd = 30.0
    /// Mean time between two faults in seconds.
    package var faultGap = 4.0
    /// Share of the store's answers that are lost.
    package var lostReplies = 0.005
    /// Share of WeChat calls that take long: up to the time-out and 0.9·δ.
    package var longCalls = 0.05
    /// What may happen. The order matters: the seed draws from it.
    package var faults = Fault.allCases
    /// A rule taken out on purpose.
    package var mutant: Mutant?
    /// Whether the leader calls as often as it may; nil: in a third of the worlds.
    package var isFrantic: Bool?
    /// Long-lived tokens and no callers: then the loss of the store alone must not cause one call.
    package var onlyStoreFails = false
    /// Two calls in a hundred are processed 3 to 12 s late, against the assumptions A3 and A4: then calls may overlap,
    /// but everything must heal all the same.
    package var breaksAssumptions = false

    /// The last seconds of a world, in which everything must be seen well at least once.
    static let healingWindow = 6.0

    /// An ordinary bad day.
    package init() {}

    /// A fault every 0.7 s, a quarter of the answers lost, most calls long.
    package static var harsh: WorldOptions {
        var options = WorldOptions()
        options.faultGap = 0.7
        options.lostReplies = 0.25
        options.longCalls = 0.7
        return options
    }

    /// The store fails in every way it can, and leaders die; but there is always a node that keeps the tokens.
    package static var storeLoss: WorldOptions {
        var options = WorldOptions()
        options.onlyStoreFails = true
        options.faults = [
            .storeWiped, .storeDown, .storeSlow, .storeRestarted, .lockDeleted, .leaseDeleted, .recordDeleted,
            .killLeader,
        ]
        return options
    }
}

extension WorldOptions {
    /// The worlds in which the absence of a rule shows soonest, with the rule taken out.
    package static func hunt(for mutant: Mutant) -> WorldOptions {
        var options = WorldOptions()
        options.isFrantic = true
        switch mutant {
        case .noPreRequestCheck: options.strike([.pauseLeader], every: 1)
        case .core(let name):
            switch Mutation(rawValue: name) {
            case .noSteal: options.strike([.storeClockBack, .storeClockFrozen, .killLeader, .kill], every: 2)
            case .neverAsksPeers: options = .storeLoss
            case .trustsOwnRecord:
                options.nodes = 2
                options.strike([.lockDeleted], every: 0.7)
                options.lostReplies = 0.3
                options.longCalls = 0.9
            case .ignoresServerRun:
                options.strike([.storeRolledBack, .lockDeleted, .partition, .pauseLeader], every: 1)
                options.longCalls = 0.7
            case .noBudget, .deadlineFromReply: options.strike([.storeSlow, .pauseLeader, .repliesLost], every: 2)
            case .noLeftOnRelease, .noUnknownInLeft:
                options.strike([.stepDown, .leave], every: 1.5)
                options.longCalls = 0.4
            default: break
            }
        case .noIntentFence: break
        }
        options.mutant = mutant
        return options
    }

    private mutating func strike(_ faults: [Fault], every gap: Double) {
        self.faults = faults
        faultGap = gap
    }
}

/// Everything that can go wrong.
package enum Fault: String, CaseIterable, Sendable {
    case pause, pauseLeader, kill, killLeader, stepDown, leave
    case storeClockForward, storeClockBack, storeClockFrozen
    case storeWiped, storeSlow, storeDown, storeRestarted, storeRolledBack
    case lockDeleted, leaseDeleted, recordDeleted
    case partition, repliesLost, nodesParted
    case wechatDown, wechatErrors, outsiderFetches, tokenRevoked, lifeChanged
}

/// A rule taken out, by name: of the core, or of the world around it.
package enum Mutant: Hashable, Sendable {
    /// A rule of the core.
    case core(String)
    /// A call is sent without asking whether the lease outlives it.
    case noPreRequestCheck
    /// The store accepts every publication.
    case noIntentFence

    /// The name by which it is chosen.
    package var name: String {
        switch self {
        case .core(let name): name
        case .noPreRequestCheck: "noPreRequestCheck"
        case .noIntentFence: "noIntentFence"
        }
    }

    /// Every mutant there is.
    package static var all: [Mutant] {
        [.noPreRequestCheck, .noIntentFence] + Mutation.allCases.map { .core($0.rawValue) }
    }

    /// The mutant of this name.
    package init?(named name: String) {
        guard let mutant = Self.all.first(where: { $0.name == name }) else { return nil }
        self = mutant
    }

    /// The core's part of it.
    var mutation: Mutation? {
        guard case .core(let name) = self else { return nil }
        return Mutation(rawValue: name)
    }
}
