import KeeperCore

/// Events and actions in words.
///
/// Every switch is exhaustive, so that what is new in the protocol must find its words here. nil: not worth a line.
struct Wording {
    /// How a moment of the nodes' clock is shown.
    let moment: (Instant) -> String
    let now: Instant

    /// What a command to the store is called.
    enum Question {
        case lease(LeaseCommand)
        case credential(CredentialCommand)
    }

    // MARK: Events

    /// - Parameter question: what an answer of the store answers.
    func words(for event: NodeEvent, answering question: Question? = nil) -> String? {
        switch event {
        case .started: "starts"
        case .woke, .hinted, .reached, .introduced: nil
        case .leaseReplied(_, .success(let reply)): words(for: reply.answer).map { "<- Redis: \($0)" }
        case .leaseReplied(_, .failure(let error)): failure(of: question, error)
        case .appReplied(_, let reply): words(for: reply, answering: question)
        case .refreshAsked(let request):
            "<- \(request.isForwarded ? "another node's caller" : "caller"): \(words(for: request.reason))"
        case .waiterLeft: "<- caller: gone"
        case .membersAnswered(_, let states):
            "<- members: "
                + (states.isEmpty ? "no answer" : states.map(words).joined(separator: "; "))
        case .handoverAsked(let successor): "<- operator: hand over to \(successor.map { "\($0)" } ?? "anybody")"
        case .leaveAsked: "<- process: shall end (SIGTERM)"
        case .configured(let apps): "<- process: keep \(apps.map { "\($0.id)" }.joined(separator: ", "))"
        }
    }

    private func words(for reply: AppReply, answering question: Question?) -> String? {
        switch reply {
        case .stored(.success(let reply)):
            "<- Redis: \(words(for: reply.outcome)); " + (reply.record.map(words) ?? "no record")
        case .stored(.failure(let error)): failure(of: question, error)
        case .called(let outcome): "<- WeChat: \(words(for: outcome))"
        case .probed(let outcome): "<- WeChat: \(words(for: outcome))"
        case .forwarded(let outcome): "<- leader: \(words(for: outcome))"
        }
    }

    private func words(for answer: LeaseReply.Answer) -> String? {
        switch answer {
        case .ticked: return nil
        case .granted(let epoch, let previous, let isOld):
            let before = previous.map { "before it \(words(for: $0))" } ?? "there was no record"
            return "granted epoch \(epoch); \(before)\(isOld ? ", of an earlier start of the server" : "")"
        case .resumed(let epoch): return "epoch \(epoch) is yours already"
        case .denied(let record): return "no; " + (record.map(words) ?? "there is no record")
        case .renewed: return "lease renewed"
        case .done: return "done"
        }
    }

    private func words(for record: LeaseRecord) -> String {
        let end =
            switch record.release {
            case nil: "not released"
            case .handedOver(let handover): "released" + rest(of: handover)
            case .holderDied: "its death was reported"
            }
        return "epoch \(record.epoch) of \(record.holder.node), renewal \(record.sequence), \(end)"
    }

    private func rest(of handover: Handover) -> String {
        (handover.successor.map { " to \($0)" } ?? "")
            + (handover.isForReachability ? " because WeChat is out of reach" : "")
            + ", \(seconds(handover.left)) to wait"
    }

    private func failure(of question: Question?, _ error: StoreError) -> String? {
        guard let question, let asked = words(for: question) else { return nil }
        let reason =
            switch error {
            case .unreachable(let reason): reason
            case .timedOut: "no answer in time"
            case .rejected(let refusal): refusal.reason
            }
        return "<- Redis: \(reason) (\(asked))"
    }

    private func words(for outcome: CredentialReply.Outcome) -> String {
        switch outcome {
        case .accepted: "accepted"
        case .notHolder: "refused, the lease is not yours"
        case .changed: "refused, the record has changed"
        case .superseded: "refused, somebody has rotated since"
        }
    }

    private func words(for record: CredentialRecord) -> String {
        (record.issue.map { "\(spell($0.token)) version \(record.version) epoch \(record.epoch)" } ?? "no token")
            + (record.intent.map { ", intent \($0.id) open" } ?? "") + (record.uncertainty == nil ? "" : ", uncertain")
    }

    private func words(for outcome: CallOutcome) -> String {
        switch outcome {
        case .issued(let token, let life): "\(spell(token)), lives \(seconds(life))"
        case .refused(let refusal): "refused: \(refusal.trouble.summary)"
        case .notSent(let trouble): "not sent: \(trouble.summary)"
        case .unknown(let trouble): "outcome unknown: \(trouble.summary)"
        }
    }

    private func words(for outcome: ProbeOutcome) -> String {
        switch outcome {
        case .alive: "the token lives"
        case .dead(let errcode): "the token is dead (errcode \(errcode))"
        case .refused(let refusal): "the question is refused: \(refusal.trouble.summary)"
        case .inconclusive(let trouble): "no verdict: \(trouble.summary)"
        }
    }

    private func words(for reason: RefreshRequest.Reason) -> String {
        switch reason {
        case .refused(let token): "WeChat refused \(spell(token))"
        case .operatorAsked: "an operator wants another token"
        }
    }

    private func words(for outcome: ForwardOutcome) -> String {
        switch outcome {
        case .token(let record, let refreshed, let stillValid):
            words(for: record) + outcomes(refreshed: refreshed, stillValid: stillValid)
        case .answered(let answer): words(for: answer)
        case .failed(let reason): reason
        }
    }

    private func words(for state: MemberState) -> String {
        let known = state.records.map(words).joined(separator: ", ")
        return "\(state.holder.node) knows " + (known.isEmpty ? "nothing" : known)
    }

    // MARK: Actions

    func words(for action: NodeAction) -> String? {
        switch action {
        case .lease(_, .renew): nil
        case .lease(_, let command): words(for: .lease(command)).map { "-> Redis: \($0)" }
        case .credential(_, let command): words(for: .credential(command)).map { "-> Redis: \($0)" }
        case .call(_, _, let kind, let permit):
            "-> WeChat: give me a token (\(kind)), by \(moment(permit.deadline)) at the latest"
        case .callForTicket(_, _, let type, let token, _):
            "-> WeChat: give me the ticket (\(type)), here is \(spell(token))"
        case .probe(_, _, let token, _): "-> WeChat: does \(spell(token)) live?"
        case .reach, .introduce: nil
        case .forward(_, let forwarding): "-> \(forwarding.leader.holder.node): \(words(for: forwarding.reason))"
        case .askMembers(_, let members):
            "-> \(members.map { "\($0.holder.node)" }.joined(separator: ", ")): what do you know?"
        case .answer(_, let answer): "-> caller: \(words(for: answer))"
        case .serve(_, let served): served.map { "serves \(words(for: $0))" } ?? "serves nothing any more"
        case .left: "has left; reads go on until the process ends"
        case .nameTaken(let member): "ends: \(member.holder.node) is the name of another process"
        case .note(let notice): "log \(LogCatcher.line(of: notice))"
        }
    }

    private func words(for question: Question) -> String? {
        switch question {
        case .lease(.tick): nil
        case .lease(.acquire(let acquisition)):
            "acquire the lease; highest epoch seen \(acquisition.highestEpochSeen)"
                + (acquisition.steals ? "; the lock cannot be right" : "")
        case .lease(.renew(let epoch, _, _)): "renew epoch \(epoch)"
        case .lease(.release(let epoch, let handover)): "release epoch \(epoch)\(rest(of: handover))"
        case .lease(.reportDeath): "the holder has died"
        case .lease(.pause(let duration)): duration.map { "pause takeovers for \(seconds($0))" } ?? "end the pause"
        case .lease(.leave): "remove my member record"
        case .credential(.begin(let beginning)): "begin intent \(beginning.intent) in epoch \(beginning.epoch)"
        case .credential(.publish(let news)):
            "publish \(spell(news.token)) of intent \(news.intent), \(seconds(news.left)) left"
        case .credential(.abort(let abortion)):
            "abort intent \(abortion.intent.map { "\($0)" } ?? "none"), effect \(abortion.effect)"
        case .credential(.put(let news)): "put \(spell(news.token)), \(seconds(news.left)) left"
        case .credential(.restore(let wish)): "restore \(words(for: wish.record))"
        }
    }

    private func words(for answer: RefreshAnswer) -> String {
        switch answer {
        case .token(let served, _, let refreshed, let stillValid):
            words(for: served) + outcomes(refreshed: refreshed, stillValid: stillValid)
        case .tooSoon(let pause): "too soon, ask again in \(seconds(pause))"
        case .refused(let trouble, let pause): "WeChat gave none (\(trouble.summary)), ask again in \(seconds(pause))"
        case .unavailable(let reason, let pause): "\(words(for: reason)), ask again in \(seconds(pause))"
        case .notLeader(let hint): "not the leader; that is \(hint.map { "\($0.holder.node)" } ?? "unknown")"
        }
    }

    private func words(for reason: RefreshAnswer.Unavailability) -> String {
        switch reason {
        case .noLeader: "nobody leads"
        case .wechatUnreachable(let trouble): "WeChat could not be asked (\(trouble.summary))"
        case .tooManyWaiting: "too many wait already"
        case .unknownApp: "no such app"
        }
    }

    private func words(for served: ServedCredential) -> String {
        let life = served.expiresIn(at: now).map { "expires_in \($0)" } ?? "expired"
        return "\(spell(served.credential.token)), \(life)" + (served.promisedUntil == nil ? "" : ", uncertain")
    }

    private func outcomes(refreshed: Bool, stillValid: Bool) -> String {
        (refreshed ? ", refreshed" : ", not refreshed") + (stillValid ? ", still valid" : "")
    }

    private func seconds(_ duration: Duration) -> String {
        let tenths = (duration.milliseconds + 50) / 100
        return "\(tenths / 10).\(abs(tenths % 10)) s"
    }

    // MARK: Tokens

    /// The simulated WeChat counts its tokens by account: `T0-0` is shown as t1, the ticket `T1-0` as k1.
    static func spell(_ token: Token) -> String {
        let numbers = token.secret.dropFirst().split(separator: "-").compactMap { Int($0) }
        guard numbers.count == 2 else { return token.secret }
        return (numbers[0] == 0 ? "t" : "k") + "\(numbers[1] + 1)"
    }

    private func spell(_ token: Token) -> String { Self.spell(token) }
}
