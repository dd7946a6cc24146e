internal import KeeperCore
internal import Logging

/// Tells the operator's story: one sentence a decision, data in metadata, never a secret.
struct Narrator: Sendable {
    let logger: Logger

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
        case .lease(let notice): describe(notice)
        case .store(let notice): describe(notice)
        case .credential(let app, let notice):
            metadata["app.id"] = "\(app)"
            describe(notice)
        case .neighbour(let neighbour): describe(neighbour)
        }
    }

    private mutating func describe(_ notice: LeaseNotice) {
        switch notice {
        case .granted(let epoch, let quiet):
            say("took the lease; rotating calls may begin in \(seconds(quiet))", of: epoch)
        case .lapsed(let epoch):
            level = .warning
            say("the lease ran out before it was renewed; no call to WeChat until it is", of: epoch)
        case .recovered(let epoch, let quiet):
            say("renewed the lapsed lease, the term goes on; rotating calls may begin in \(seconds(quiet))", of: epoch)
        case .lost(let epoch, let other):
            say(
                other.map { "lost the lease to \($0.node)" } ?? "lost the lease: the store has no record of it",
                of: epoch)
        case .released(let epoch, let handover):
            let whom = handover.successor.map { " to \($0)" } ?? ""
            say("gave the lease up\(whom); a successor may call WeChat in \(seconds(handover.left))", of: epoch)
        case .gaveWay(let other, let failures):
            level = .warning
            sentence = "does not reach WeChat, but \(other) does: gives way"
            metadata["wechat.failures"] = "\(failures)"
        case .follows(let leader, let epoch):
            say("follows \(leader.node)", of: epoch)
            metadata["leader.address"] = "\(leader.address)"
        case .nameContested(let other):
            level = .warning
            sentence = "another process stands under this node's name; watching whether it lives"
            metadata["other.incarnation"] = "\(other.holder.incarnation)"
        }
    }

    private mutating func say(_ sentence: String, of epoch: Epoch) {
        self.sentence = sentence
        metadata["lease.epoch"] = "\(epoch)"
    }

    private mutating func describe(_ notice: StoreNotice) {
        switch notice {
        case .unreachable(let error):
            level = .warning
            sentence = "Redis does not answer; serving from memory"
            metadata["error"] = "\(error)"
        case .refuses(let refusal):
            level = .error
            sentence = "Redis answers, but with an error: \(refusal.reason); \(refusal.deed)"
            metadata["redis.code"] = "\(refusal.code)"
        case .reachable:
            sentence = "Redis answers again"
        case .replaced:
            level = .warning
            sentence = "Redis was emptied or replaced; what we know will be written back"
        case .spoiled(let what):
            level = .error
            let fault = what.field.map { "its field \($0) is missing or cannot be read" } ?? "it is of another type"
            sentence = "found \(what.key) in Redis as no node has written it: \(fault). It counts as lost"
            metadata["redis.key"] = "\(what.key)"
        case .clockStepped(let step):
            level = .warning
            sentence = "the clock of Redis jumped by \(seconds(step)); no rule depends on it"
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

    private mutating func describe(_ notice: CredentialNotice) {
        switch notice {
        case .rotating(let reason):
            sentence = "asks WeChat for a new token: \(words(for: reason))"
        case .published(let version, let fingerprint, let life):
            sentence = "published a new token with \(seconds(life)) to live"
            metadata["token.version"] = "\(version)"
            metadata["token.fingerprint"] = "\(fingerprint)"
        case .callFailed(let trouble, let isKnown, let next):
            let effect = isKnown ? "nothing was rotated" : "WeChat may have rotated the token all the same"
            let again = next.map { "; next try in \(seconds($0))" } ?? ""
            warn("got no token: \(trouble.summary); \(effect)\(again)", errcode: trouble.errcode)
        case .stalePublication:
            level = .error
            sentence = "a token of ours came too late and was refused; stepping down"
        case .externalRotation(let errcode, let pause):
            let question = "does another program fetch tokens for this app?"
            let finding = "another program fetches tokens for this app again and again; the next repair waits "
            warn(
                "WeChat refuses the current token although nobody here replaced it: "
                    + (pause == .zero ? question : finding + seconds(pause)), errcode: errcode)
            level = .error
        case .presumedDead(let trouble):
            warn(
                "takes the current token for dead, since its users say so and WeChat would not say: "
                    + trouble.summary, errcode: trouble.errcode)
        case .storeWasBehind(let errcode):
            warn(
                "the token that Redis held when this node came is dead: Redis was restored from an older copy, or it "
                    + "was replaced while no node lived; fetching another", errcode: errcode)
        case .restored(let version):
            sentence = "wrote the token back that Redis had lost"
            metadata["token.version"] = "\(version)"
        }
    }

    private mutating func warn(_ sentence: String, errcode: Int?) {
        level = .warning
        self.sentence = sentence
        if let errcode { metadata["wechat.errcode"] = "\(errcode)" }
    }

    private func words(for reason: RotationReason) -> String {
        switch reason {
        case .missing: "there is none"
        case .due: "half of its life is over"
        case .uncertain: "the current one may not be the newest"
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
