internal import KeeperCore
internal import Logging

/// Tells the operator's story: one sentence a decision, data in metadata, never a secret.
struct Narrator: Sendable {
    let logger: Logger
    let origin: ContinuousClock.Instant

    func tell(_ notice: Notice) {
        let line = Line(notice)
        logger.log(level: line.level, "\(line.sentence)", metadata: line.metadata)
    }
}

/// A notice as a log line.
private struct Line {
    var level = Logger.Level.notice
    var sentence = ""
    var metadata: Logger.Metadata = [:]

    init(_ notice: Notice) {
        switch notice {
        case .becameLeader, .leaseLapsed, .leaseRecovered, .leaseLost, .leaseReleased, .gaveWay, .follows,
            .nameContested:
            describeLease(notice)
        case .storeUnreachable, .storeRefuses, .storeReachable, .storeReplaced, .storeClockStepped, .spoiled:
            describeStore(notice)
        case .neighbour(let neighbour): describe(neighbour)
        case .rotating, .published, .callFailed, .stalePublication, .foreignRotation, .presumedDead,
            .storeWasBehind, .restored:
            describeCredential(notice)
        }
    }

    private mutating func describeLease(_ notice: Notice) {
        switch notice {
        case .becameLeader(let epoch, let quiet):
            sentence = "took the lease; rotating calls may begin in \(seconds(quiet))"
            metadata["lease.epoch"] = "\(epoch)"
        case .leaseLapsed(let epoch):
            level = .warning
            sentence = "the lease ran out before it was renewed; no call to WeChat until it is"
            metadata["lease.epoch"] = "\(epoch)"
        case .leaseRecovered(let epoch, let quiet):
            sentence = "renewed the lapsed lease, the term goes on; rotating calls may begin in \(seconds(quiet))"
            metadata["lease.epoch"] = "\(epoch)"
        case .leaseLost(let epoch, let other):
            sentence =
                other.map { "lost the lease to \($0.node)" } ?? "lost the lease: the store has no record of it"
            metadata["lease.epoch"] = "\(epoch)"
        case .leaseReleased(let epoch, let handover):
            let whom = handover.successor.map { " to \($0)" } ?? ""
            sentence = "gave the lease up\(whom); a successor may call WeChat in \(seconds(handover.left))"
            metadata["lease.epoch"] = "\(epoch)"
        case .gaveWay(let other, let failures):
            level = .warning
            sentence = "does not reach WeChat, but \(other) does: gives way"
            metadata["wechat.failures"] = "\(failures)"
        case .follows(let leader, let epoch):
            sentence = "follows \(leader.node)"
            metadata["lease.epoch"] = "\(epoch)"
            metadata["leader.address"] = "\(leader.address)"
        case .nameContested(let other):
            level = .warning
            sentence = "another process stands under this node's name; watching whether it lives"
            metadata["other.incarnation"] = "\(other.holder.incarnation)"
        default: break
        }
    }

    private mutating func describeStore(_ notice: Notice) {
        switch notice {
        case .storeUnreachable(let error):
            level = .warning
            sentence = "Redis does not answer; serving from memory"
            metadata["error"] = "\(error)"
        case .storeRefuses(let refusal):
            level = .error
            sentence = "Redis answers, but with an error: \(refusal.reason); \(refusal.deed)"
            metadata["redis.code"] = "\(refusal.code)"
        case .storeReachable:
            sentence = "Redis answers again"
        case .storeReplaced:
            level = .warning
            sentence = "Redis was emptied or replaced; what we know will be written back"
        case .spoiled(let what):
            level = .error
            let fault = what.field.map { "its field \($0) is missing or cannot be read" } ?? "it is of another type"
            sentence = "found \(what.key) in Redis as no node has written it: \(fault). It counts as lost"
            metadata["redis.key"] = "\(what.key)"
        case .storeClockStepped(let step):
            level = .warning
            sentence = "the clock of Redis jumped by \(seconds(step)); no rule depends on it"
        default: break
        }
    }

    private mutating func describe(_ neighbour: Neighbour) {
        metadata["other.node"] = "\(neighbour.holder.node)"
        metadata["other.address"] = "\(neighbour.holder.address)"
        switch neighbour.finding {
        case .unknown: break
        case .sameApps: sentence = "reaches another node, and both keep the same apps"
        case .otherApps(let difference):
            level = .warning
            sentence = "another node does not keep the same apps: \(difference.sentence)"
        case .answeredBy(let other):
            level = .error
            sentence =
                "another node cannot be reached: at its address \(other.node) answers; is its node.advertise right?"
        case .silent(let reason):
            level = .warning
            sentence = "another node is not reached at its address, so no report can be forwarded to it"
            metadata["error"] = "\(reason)"
        }
    }

    private mutating func describeCredential(_ notice: Notice) {
        switch notice {
        case .rotating(let app, let reason):
            sentence = "asks WeChat for a new token: \(words(for: reason))"
            metadata["app.id"] = "\(app)"
        case .published(let app, let version, let fingerprint, let life):
            sentence = "published a new token with \(seconds(life)) to live"
            metadata = ["app.id": "\(app)", "token.version": "\(version)", "token.fingerprint": "\(fingerprint)"]
        case .callFailed(let app, let trouble, let isKnown, let next):
            level = .warning
            let effect = isKnown ? "nothing was rotated" : "WeChat may have rotated the token all the same"
            let again = next.map { "; next try in \(seconds($0))" } ?? ""
            sentence = "got no token: \(trouble.summary); \(effect)\(again)"
            metadata["app.id"] = "\(app)"
            if let errcode = trouble.errcode { metadata["wechat.errcode"] = "\(errcode)" }
        case .stalePublication(let app):
            level = .error
            sentence = "a token of ours came too late and was refused; stepping down"
            metadata["app.id"] = "\(app)"
        case .foreignRotation(let app, let errcode, let pause):
            level = .error
            sentence =
                "WeChat refuses the current token although nobody here replaced it: "
                + (pause == .zero
                    ? "does another program fetch tokens for this app?"
                    : "another program fetches tokens for this app again and again; the next repair waits "
                        + seconds(pause))
            metadata = ["app.id": "\(app)", "wechat.errcode": "\(errcode)"]
        case .presumedDead(let app, let trouble):
            level = .warning
            sentence =
                "takes the current token for dead, since its users say so and WeChat would not say: "
                + trouble.summary
            metadata["app.id"] = "\(app)"
            if let errcode = trouble.errcode { metadata["wechat.errcode"] = "\(errcode)" }
        case .storeWasBehind(let app, let errcode):
            level = .warning
            sentence =
                "the token that Redis held when this node came is dead: Redis was restored from an older copy, or it "
                + "was replaced while no node lived; fetching another"
            metadata = ["app.id": "\(app)", "wechat.errcode": "\(errcode)"]
        case .restored(let app, let version):
            sentence = "wrote the token back that Redis had lost"
            metadata = ["app.id": "\(app)", "token.version": "\(version)"]
        default: break
        }
    }

    private func words(for reason: RotationReason) -> String {
        switch reason {
        case .missing: "there is none"
        case .due: "half of its life is over"
        case .doubt: "the current one may not be the newest"
        case .dead: "WeChat refuses the current one"
        case .operatorAsked: "an operator asked"
        }
    }

    /// `3.2 s`; tenths are enough for people.
    private func seconds(_ duration: Duration) -> String {
        let tenths = duration.milliseconds / 100
        return "\(tenths / 10).\(abs(tenths % 10)) s"
    }
}
