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

    /// What the script is told besides.
    ///
    /// - Precondition: not a tick; see `TickQuestion`.
    var arguments: [RedisArgument] {
        switch self {
        case .tick: preconditionFailure("a tick needs to know what else is asked")
        case .acquire(let acquisition): Acquisition.arguments.values(of: acquisition)
        case .renew(let epoch, let ttl, let isActive): LeaseCommand.renewal.values(of: (epoch, ttl, isActive))
        case .release(let epoch, let handover): LeaseCommand.release.values(of: (epoch, handover))
        case .pause(let duration): LeaseCommand.pause.values(of: duration)
        case .reportDeath, .leave: []
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

extension LeaseRecord {
    /// Reads what `showLease` of the scripts writes.
    static func read(_ reader: inout ReplyReader) throws(StoreError) -> LeaseRecord {
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
        guard let word = ReleaseWord(rawValue: try reader.text()) else { throw ReplyReader.unreadable }
        let left = try reader.milliseconds()
        let successor = try reader.text()
        let isForReachability = try reader.flag()
        return switch word {
        case .none: nil
        case .handedOver:
            .handedOver(
                Handover(
                    left: left, successor: successor.isEmpty ? nil : NodeName(successor),
                    isForReachability: isForReachability))
        case .holderDied: .holderDied
        }
    }
}
