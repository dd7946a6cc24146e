internal import KeeperCore
internal import RedisClient

extension LeaseCommand {
    /// The script that executes this command.
    var script: Script {
        switch self {
        case .tick: .tick
        case .acquire: .acquire
        case .renew: .renew
        case .release: .release
        case .reportDeath: .reportDeath
        case .pause: .pause
        case .leave: .leave
        }
    }

    /// The script's arguments from the third on.
    func arguments(of caller: LeaseHolder) -> [RedisArgument] {
        let node = RedisArgument(caller.node.rawValue)
        let address = RedisArgument(caller.address)
        switch self {
        case .tick(let tick):
            return [node, address] + tick.arguments
        case .acquire(let acquisition):
            return [node, address] + acquisition.arguments
        case .renew(let epoch, let ttl, let isActive):
            return [epoch.argument, ttl.argument, isActive.argument]
        case .release(let epoch, let handover):
            return [
                epoch.argument, handover.left.argumentRoundedUp, RedisArgument(handover.successor?.rawValue ?? ""),
                handover.isForReach.argument,
            ]
        case .reportDeath:
            return []
        case .pause(let duration):
            return [duration.map { min($0, LeaseCommand.longestPause).argumentRoundedUp } ?? RedisArgument(0)]
        case .leave:
            return [node]
        }
    }

    /// Reads what the script answered.
    static func answer(_ reader: inout ReplyReader) throws(StoreError) -> LeaseReply.Answer {
        switch try reader.text() {
        case "granted":
            return .granted(
                epoch: Epoch(try reader.count()), previous: try reader.optional(LeaseRecord.read),
                isOld: try reader.flag())
        case "resumed": return .resumed(epoch: Epoch(try reader.count()))
        case "denied": return .denied(try reader.optional(LeaseRecord.read))
        case "renewed": return .renewed(sequence: try reader.count())
        case "done": return .done
        default: throw ReplyReader.unreadable
        }
    }
}

extension Tick {
    fileprivate var arguments: [RedisArgument] {
        [
            RedisArgument(position?.store ?? ""), RedisArgument(position?.event ?? 0), claimsName.argument,
            epochSeen.argument, isDraining.argument, RedisArgument(UInt64(fitness.rawValue)), memberTTL.argument,
            RedisArgument(Tick.mostChanges), RedisArgument(apps?.rawValue ?? ""), isCold.argument,
        ]
    }
}

extension Acquisition {
    fileprivate var arguments: [RedisArgument] {
        [
            ttl.argument, floor.argument, observed?.epoch.argument ?? "",
            observed.map { RedisArgument($0.sequence) } ?? "", steals.argument,
        ]
    }
}

/// What the tick script answered: all of a reply but what it could only name.
struct TickFindings {
    /// More of what was found spoiled is not kept from one tick to the next.
    static let mostSpoiled = 64

    /// The reply so far.
    var reply: TickReply
    /// Apps that have changed, oldest change first.
    let changed: [AppID]
    /// Members whose records were not among the keys.
    let strangers: [String]

    /// Whether something must still be read.
    var isIncomplete: Bool { !changed.isEmpty || !strangers.isEmpty }

    init(_ reply: RedisReply) throws(StoreError) {
        var reader = try ReplyReader(reply)
        let head = try reader.head()
        let lease = try reader.optional(LeaseRecord.read)
        let lockLeft = try reader.optionalNumber().map(Duration.milliseconds)
        changed = try reader.texts().map { AppID($0) }
        let event = try reader.count()
        let startsOver = try reader.flag()
        let isComplete = try reader.flag()
        let missing = try reader.texts().map { AppID($0) }
        let pauseLeft = try reader.optionalNumber().map(Duration.milliseconds)
        let members = try reader.list(Member.read)
        let nameHolder = try reader.optional(Member.read)
        strangers = try reader.texts()
        self.reply = TickReply(
            lease: lease, lockLeft: lockLeft, position: StorePosition(store: head.store, event: event),
            startsOver: startsOver, isComplete: isComplete, missing: missing, pauseLeft: pauseLeft,
            members: members.sorted { $0.holder.node < $1.holder.node }, nameHolder: nameHolder,
            spoiled: head.spoiled, storeTime: head.now)
    }

    /// Adds what `look` has read; false if that was another store.
    mutating func add(_ look: RedisReply) throws(StoreError) -> Bool {
        var reader = try ReplyReader(look)
        let head = try reader.head()
        guard head.store == reply.position.store else { return false }
        reply.members = (reply.members + (try reader.list(Member.read))).sorted { $0.holder.node < $1.holder.node }
        reply.changes = try reader.list(CredentialRecord.read)
        reply.spoiled += head.spoiled
        return true
    }
}

extension Member {
    fileprivate static func read(_ reader: inout ReplyReader) throws(StoreError) -> Member {
        let node = NodeName(try reader.text())
        let incarnation = Incarnation(try reader.text())
        var member = Member(
            holder: LeaseHolder(node: node, incarnation: incarnation, address: try reader.text()),
            beat: try reader.count(), epochSeen: Epoch(try reader.count()), isDraining: try reader.flag(),
            fitness: Fitness(rawValue: UInt8(clamping: try reader.count())) ?? .unknown)
        let apps = try reader.text()
        if !apps.isEmpty { member.apps = AppsDigest(apps) }
        member.isCold = try reader.flag()
        return member
    }
}

extension LeaseRecord {
    fileprivate static func read(_ reader: inout ReplyReader) throws(StoreError) -> LeaseRecord {
        let epoch = Epoch(try reader.count())
        let node = NodeName(try reader.text())
        let incarnation = Incarnation(try reader.text())
        return LeaseRecord(
            epoch: epoch, holder: LeaseHolder(node: node, incarnation: incarnation, address: try reader.text()),
            sequence: try reader.count(), isActive: try reader.flag(),
            release: try LeaseRelease.read(&reader))
    }
}

extension LeaseRelease {
    fileprivate static func read(_ reader: inout ReplyReader) throws(StoreError) -> LeaseRelease? {
        let kind = try reader.count()
        let left = try reader.milliseconds()
        let successor = try reader.text()
        let isForReach = try reader.flag()
        return switch kind {
        case 0: nil
        case 1:
            .handedOver(
                Handover(
                    left: left, successor: successor.isEmpty ? nil : NodeName(successor), isForReach: isForReach))
        case 2: .holderDied
        default: throw ReplyReader.unreadable
        }
    }
}
