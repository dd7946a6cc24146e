package import KeeperCore

/// How hostile a world is, and what it contains.
///
/// What is not given here the seed decides.
package struct WorldOptions: Equatable, Sendable {
    /// Number of nodes; nil: mostly three.
    package var nodes: Int?
    /// How long WeChat keeps the previous token alive, in seconds; nil: 15 to 300.
    package var overlap: Double?
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
    /// What may happen.
    ///
    /// The order matters: the seed draws from it.
    package var faults = Fault.allCases
    /// A rule taken out on purpose.
    package var mutant: Rule?
    /// Whether the leader calls as often as it may; nil: in a third of the worlds.
    package var isFrantic: Bool?
    /// Whether a parent watches over every node; nil: in half of the worlds.
    package var isSupervised: Bool?
    /// Long-lived tokens and no callers: then the loss of the store alone must not cause one call.
    package var onlyStoreFails = false
    /// Two calls in a hundred are processed 3 to 12 s late, against the assumptions A3 and A4: then calls may overlap,
    /// but everything must heal all the same.
    package var breaksAssumptions = false

    /// Nothing is lost by mere bad luck, faults keep 20 to 30 s apart, and what heals must do so in a stated time.
    package var isGentle = false

    /// The last seconds of a world, in which everything must be seen well at least once.
    static let healingWindow = 6.0

    /// An ordinary bad day.
    package init() {}

    /// The rules in force.
    var rules: Rules { mutant.map { .all(but: $0) } ?? .all }

    /// A fault every 0.7 s, a quarter of the answers lost, most calls long.
    package static var harsh: WorldOptions {
        var options = WorldOptions()
        options.faultGap = 0.7
        options.lostReplies = 0.25
        options.longCalls = 0.7
        return options
    }

    /// One kind of fault again and again for two minutes, and never two at once: then there is always a fit node that
    /// reaches the store and WeChat.
    package static func liveness(_ fault: Fault) -> WorldOptions {
        var options = WorldOptions()
        options.isGentle = true
        options.isFrantic = false
        options.horizon = 130
        options.calmEnd = 12
        options.longCalls = 0
        options.faults = [fault]
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

/// Everything that can go wrong.
package enum Fault: String, CaseIterable, Sendable {
    /// Those that leave a fit node which reaches the store, WeChat and the others.
    ///
    /// Not among them: `repliesLost`, for a leader that is heard and hears nothing keeps its lock for as long as that
    /// lasts; and `nodesParted`, for a question swallowed on its way to the leader is noticed at its deadline only.
    package static let survivable: [Fault] = [
        .pause, .pauseLeader, .kill, .killLeader, .stepDown, .switchover, .leave, .storeClockForward, .storeClockBack,
        .storeClockFrozen, .storeWiped, .storeRestarted, .lockDeleted, .leaseDeleted, .recordDeleted, .partition,
    ]

    case pause, pauseLeader, kill, killLeader, stepDown, switchover, leave
    case takeoversPaused
    case storeClockForward, storeClockBack, storeClockFrozen
    case storeWiped, storeSlow, storeDown, storeRestarted, storeRolledBack
    case lockDeleted, leaseDeleted, recordDeleted
    case partition, repliesLost, nodesParted
    case leaderCutFromWeChat
    case wechatDown, wechatErrors, externalRotation, tokenRevoked, lifeChanged
}
