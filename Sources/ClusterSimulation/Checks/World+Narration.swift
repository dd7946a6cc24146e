internal import KeeperCore

/// The sentences of the trace. Nothing here runs while sweeping.
extension World {
    /// The node's mark: `L` leads, `l` holds a lease that has run out, `.` follows, `z` stands still.
    private func mark(_ node: Int) -> String {
        let gate = nodes[node].gate
        guard gate.epoch != nil else { return "." }
        return nodes[node].clock.instant(at: time) < gate.validUntil ? "L" : "l"
    }

    private func say(_ node: Int, _ sentence: String) {
        trace.line(
            time, nodes[node].name, mark(node), nodes[node].gate.epoch.map { "\($0)" } ?? "", sentence)
    }

    func narrate(_ event: NodeEvent, _ node: Int) {
        switch event {
        case .woke, .hinted, .started: break
        case .leaseReplied(let id, .success(let reply)):
            if case .ticked = reply.answer { return }
            say(node, "hears (\(id)) \(describe(reply.answer))")
        case .leaseReplied(let id, .failure(let error)): say(node, "hears (\(id)) the store is \(error)")
        case .appReplied(let id, .stored(.success(let reply))):
            say(node, "hears (\(id)) \(reply.outcome), \(reply.record.map(describe) ?? "no record")")
        case .appReplied(let id, .stored(.failure(let error))): say(node, "hears (\(id)) the store is \(error)")
        case .appReplied(let id, .called(let outcome)): say(node, "hears (\(id)) WeChat: \(outcome)")
        case .appReplied(let id, .probed(let outcome)): say(node, "hears (\(id)) WeChat: \(outcome)")
        case .reached(let id, let isThere): say(node, "hears (\(id)): WeChat is \(isThere ? "" : "not ")there")
        case .refreshAsked(let request):
            say(node, "is asked by \(request.waiter.rawValue) for \(request.app): \(describe(request.reason))")
        case .waiterLeft(let waiter): say(node, "loses caller \(waiter.rawValue)")
        case .appReplied(let id, .forwarded(let outcome)): say(node, "hears (\(id)) the leader: \(outcome)")
        case .membersAnswered(let id, let states):
            let known = states.map { "\($0.holder.node) \($0.records.map(describe))" }
            say(node, "hears (\(id)) members: \(known)")
        case .introduced(let id, let outcome): say(node, "hears (\(id)) at another's address: \(outcome)")
        case .handoverAsked(let successor): say(node, "is asked to hand over\(successor.map { " to \($0)" } ?? "")")
        case .leaveAsked: say(node, "is asked to leave")
        case .configured(let apps): say(node, "is to keep \(apps.map(\.id))")
        }
    }

    func narrate(_ action: NodeAction, _ node: Int) {
        switch action {
        case .lease(let id, let command): if !command.isTick { say(node, "(\(id)) \(describe(command))") }
        case .credential(let id, let command): say(node, "(\(id)) \(describe(command))")
        case .call(let id, let app, let kind, let permit):
            say(node, "(\(id)) calls WeChat for \(app), \(kind), until \(describe(permit.deadline, node))")
        case .callForTicket(let id, let app, let type, _, _):
            say(node, "(\(id)) asks WeChat for the ticket \(type) of \(app)")
        case .probe(let id, let app, let token, _):
            say(node, "(\(id)) asks WeChat whether \(token.secret) of \(app) lives")
        case .reach(let id, _): say(node, "(\(id)) tries to reach WeChat")
        case .forward(let id, let forwarding):
            say(node, "(\(id)) forwards \(forwarding.app) to \(forwarding.leader.holder.node)")
        case .askMembers(let id, let members): say(node, "(\(id)) asks \(members.map(\.holder.node))")
        case .introduce(let id, let member, _): say(node, "(\(id)) asks \(member.holder.node) who it is")
        case .answer(let waiter, let answer): say(node, "answers \(waiter.rawValue): \(describe(answer))")
        case .serve(let app, let served):
            let credential = served?.credential
            say(
                node,
                "serves \(app): \(credential?.token.secret ?? "nothing") "
                    + "\(credential.map { "\($0.epoch)/\($0.version)" } ?? "")"
                    + (served?.promisedUntil.map { " uncertain, promised until \(describe($0, node))" } ?? ""))
        case .left: say(node, "has left")
        case .nameTaken(let member): say(node, "ends: \(member.holder.incarnation) has its name")
        case .note(let notice): say(node, "notes \(notice)")
        }
    }

    private func describe(_ instant: Instant, _ node: Int) -> String {
        decimal(nodes[node].clock.time(of: instant).seconds)
    }

    private func describe(_ reason: RefreshRequest.Reason) -> String {
        if case .refused(let token) = reason { "\(token.secret) is refused" } else { "an operator asks" }
    }

    private func describe(_ answer: RefreshAnswer) -> String {
        guard case .token(let served, _, let refreshed, let stillValid) = answer else { return "\(answer)" }
        return "\(served.credential.token.secret) refreshed \(refreshed), still valid \(stillValid)"
    }

    func describe(_ command: LeaseCommand) -> String {
        switch command {
        case .tick: "ticks"
        case .acquire(let acquisition):
            "acquires, highest epoch seen \(acquisition.highestEpochSeen)" + (acquisition.steals ? ", by force" : "")
        case .renew(let epoch, _, let isActive): "renews \(epoch)\(isActive ? ", active" : "")"
        case .release(let epoch, let handover): "releases \(epoch), \(describe(handover))"
        case .reportDeath: "is reported dead"
        case .pause(let duration): duration.map { "pauses takeovers for \(decimal($0.inSeconds))" } ?? "ends the pause"
        case .leave: "removes its member record"
        }
    }

    func describe(_ command: CredentialCommand) -> String {
        switch command {
        case .begin(let beginning): "begins \(beginning.app) intent \(beginning.intent)"
        case .publish(let publication):
            "publishes \(publication.app) \(publication.token.secret) of intent \(publication.intent)"
        case .abort(let abortion):
            "aborts \(abortion.app) intent \(abortion.intent.map { "\($0)" } ?? "none"), effect \(abortion.effect)"
        case .put(let putting): "puts \(putting.app) \(putting.token.secret), knowing \(putting.knownVersion)"
        case .restore(let restoration): "restores \(describe(restoration.record))"
        }
    }

    private func describe(_ record: CredentialRecord) -> String {
        "\(record.app) \(record.epoch)/\(record.version) \(record.issue?.token.secret ?? "no token")"
            + (record.intent.map { " intent \($0.id)" } ?? "")
            + (record.uncertainty.map { " uncertainty \($0.event)" } ?? "")
    }

    private func describe(_ handover: Handover) -> String {
        "left \(decimal(handover.left.inSeconds))" + (handover.successor.map { " to \($0)" } ?? "")
    }

    private func describe(_ release: LeaseRelease) -> String {
        switch release {
        case .handedOver(let handover): "handed over, \(describe(handover))"
        case .holderDied: "reported dead"
        }
    }

    func describe(_ answer: LeaseReply.Answer) -> String {
        switch answer {
        case .ticked: return "ticked"
        case .granted(let epoch, let previous, let isOld):
            let before = previous.map {
                "\($0.epoch).\($0.sequence) of \($0.holder.incarnation)"
                    + ($0.release.map { " \(describe($0))" } ?? "")
            }
            return "granted \(epoch) after \(before ?? "nothing")" + (isOld ? ", of an earlier server" : "")
        case .resumed(let epoch): return "resumed \(epoch)"
        case .denied(let record):
            let holder = record.map { "\($0.epoch).\($0.sequence) of \($0.holder.incarnation)" }
            return "denied, \(holder ?? "no record")"
        case .renewed(let sequence): return "renewed \(sequence)"
        case .done: return "done"
        }
    }
}
