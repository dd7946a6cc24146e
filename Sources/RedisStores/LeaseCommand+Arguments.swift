internal import KeeperCore
internal import RedisClient

extension Acquisition {
    /// What the script `acquire` is told.
    static let arguments = ArgumentList<Acquisition>([
        .number("ttl") { $0.ttl.argument },
        .number("epochSeen") { $0.highestEpochSeen.argument },
        .optionalNumber("observedEpoch") { $0.observed?.epoch.argument },
        .optionalNumber("observedSequence") { $0.observed.map { RedisArgument($0.sequence) } },
        .flag("steals") { $0.steals },
    ])
}

extension LeaseCommand {
    /// What the script `renew` is told.
    static let renewal = ArgumentList<(epoch: Epoch, ttl: Duration, isActive: Bool)>([
        .number("epoch") { $0.epoch.argument },
        .number("ttl") { $0.ttl.argument },
        .flag("isActive") { $0.isActive },
    ])

    /// What the script `release` is told.
    static let release = ArgumentList<(epoch: Epoch, handover: Handover)>([
        .number("epoch") { $0.epoch.argument },
        .number("wait") { $0.handover.left.argumentRoundedUp },
        .text("successor") { RedisArgument($0.handover.successor?.rawValue ?? "") },
        .flag("isForReachability") { $0.handover.isForReachability },
    ])

    /// What the script `pause` is told: 0 ends a pause.
    static let pause = ArgumentList<Duration?>([
        .number("length") { $0.map { min($0, LeaseCommand.longestPause).argumentRoundedUp } ?? "0" }
    ])
}

/// A tick, with the number of members whose records are among the keys.
struct TickQuestion: Sendable {
    let tick: Tick
    let memberCount: Int

    /// What the script `tick` is told.
    static let arguments = ArgumentList<TickQuestion>([
        .text("storeSeen") { RedisArgument($0.tick.position?.store ?? "") },
        .number("eventSeen") { RedisArgument($0.tick.position?.event ?? 0) },
        .flag("claimsName") { $0.tick.claimsName },
        .number("epochSeen") { $0.tick.epochSeen.argument },
        .text("draining") { $0.tick.isDraining.argument },
        .number("reachability") { RedisArgument(UInt64($0.tick.reachability.rawValue)) },
        .number("memberLife") { $0.tick.memberTTL.argument },
        .number("mostChanges") { _ in RedisArgument(Tick.mostChanges) },
        .text("appsDigest") { RedisArgument($0.tick.apps?.rawValue ?? "") },
        .text("cold") { $0.tick.isCold.argument },
        .number("memberCount") { RedisArgument($0.memberCount) },
    ])
}

/// The second half of a tick: how many of those listed are members.
struct LookQuestion: Sendable {
    let memberCount: Int

    /// What the script `look` is told.
    static let arguments = ArgumentList<LookQuestion>([.number("memberCount") { RedisArgument($0.memberCount) }])
}
