internal import KeeperCore

/// The invariants about what the store holds: versions grow, and an uncertainty is always marked.
extension World {
    /// Runs a command about a credential and checks the invariants.
    mutating func run(
        _ command: CredentialCommand, _ request: StoreRequest
    ) -> (outcome: CredentialReply.Outcome, record: CredentialRecord?) {
        let app = index(of: command.app)
        let before = redis.stored(command.app)
        let answer = redis.perform(command, as: request.holder, at: time)
        guard let after = redis.stored(command.app), after != before else { return answer }
        if case .begin(let beginning) = command {
            checkBeginning(beginning, app, before)
            checkSpacing(app, before, by: request)
        }
        // (A token that was written back after a loss no longer says which intent brought it.)
        if case .publish(let publication) = command, answer.outcome == .superseded,
            before?.published == publication.intent
        {
            violate(.uncertainByItself, "\(command.app): \(publication.token.secret)")
        }
        if let number = after.issue.flatMap({ wechat.number($0.token, of: app) }) {
            let sentAt = request.deadline + -nodes[request.node].clock.trueSeconds(settings.timing.commandTimeout)
            books[app].lateness[number] = max(books[app].lateness[number] ?? 0, time - sentAt)
        }
        checkGrowth(before, after)
        checkUncertainty(app, after)
        return answer
    }

    private mutating func checkGrowth(_ before: StoredCredential?, _ after: StoredCredential) {
        guard let before, after.issue?.token != before.issue?.token else { return }
        let grows = (after.epoch, after.version) > (before.epoch, before.version)
        guard !grows else { return }
        violate(
            .versionFell,
            "\(after.app): \(before.epoch)/\(before.version) became \(after.epoch)/\(after.version)")
    }

    /// The published token is the newest, or the record says that it may not be.
    private mutating func checkUncertainty(_ app: Int, _ record: StoredCredential) {
        let published = record.issue.flatMap { wechat.number($0.token, of: app) } ?? -1
        if let since = books[app].unpublishedSince, published >= books[app].newestRotation ?? -1 {
            report.longestUnpublished = max(report.longestUnpublished, time - since)
            books[app].unpublishedSince = nil
        }
        let mayStillCall = time - books[app].lostAt < (settings.timing.callTimeout + settings.timing.ttl).inSeconds
        if published == books[app].newestIssue, books[app].flights.isEmpty, !mayStillCall {
            books[app].hasLostHistory = false
        }
        guard record.intent == nil, record.uncertainty == nil, !books[app].hasLostHistory, !options.breaksAssumptions,
            let newest = books[app].newestRotation, published < newest
        else { return }
        violate(.unmarkedUncertainty, "\(apps[app]): token \(published) is published, \(newest) is the newest")
    }

    /// The very process that brought a token replaces it: not sooner than a living one's spacing, the minimum spacing
    /// of a dead one. (Another may know it as older than it is.)
    private mutating func checkSpacing(_ app: Int, _ before: StoredCredential?, by request: StoreRequest) {
        guard let before, let issue = before.issue, before.intent == nil, before.uncertainty == nil,
            let number = wechat.number(issue.token, of: app)
        else { return }
        let truth = wechat.accounts[app].issues[number]
        guard let caller = truth.caller, caller.node == request.node, caller.life == request.life,
            time - books[app].lostAt > truth.life, truth.isRotation
        else { return }
        // A step of the store's clock while the call was under way looks like a late command, and shortens the life.
        guard clockTamperedAt + (settings.timing.callTimeout + settings.timing.lateness).inSeconds < truth.at else {
            return
        }
        let isAlive =
            wechat.lives(number, of: app, at: time) && number == wechat.accounts[app].issues.count - 1
        let least = isAlive ? min(wechat.overlap, truth.life / 8) : min(10, truth.life / 20)
        let age = time - truth.at
        // Its life counts from before the call, in the store from before the intent: a short one may be half over when
        // the answer comes.
        let longestCall = (settings.timing.callTimeout + settings.timing.commandTimeout).inSeconds
        let mayBeDue = isAlive && age + longestCall > 0.44 * truth.life
        // If the answer was lost it learned its own token from a reading, which may be older than it looks.
        guard age < 0.95 * least - settings.timing.commandTimeout.inSeconds, !mayBeDue else { return }
        violate(
            .replacedTooSoon,
            "\(apps[app]): token \(number), \(isAlive ? "alive" : "dead"), \(decimal(age)) s old, "
                + "of \(decimal(truth.life)) s")
    }

    /// A rotation begins: the token must be due, uncertain or dead, or an operator must have asked.
    private mutating func checkBeginning(_ beginning: Beginning, _ app: Int, _ before: StoredCredential?) {
        guard time - books[app].operatorAskedAt > 30, let before, let issue = before.issue,
            before.intent == nil, before.uncertainty == nil, time - books[app].lostAt > 30,
            let number = wechat.number(issue.token, of: app), number == wechat.accounts[app].issues.count - 1,
            wechat.lives(number, of: app, at: time)
        else { return }
        let truth = wechat.accounts[app].issues[number]
        let age = time - truth.at
        // Due at 45 % of the life at the earliest, counted from before the call, or from before a question to a member.
        let youngest =
            0.44 * truth.life - (settings.timing.callTimeout + settings.timing.forwardTimeout).inSeconds
        guard clockTamperedAt < truth.at, age < youngest || wechat.accounts[app].line == .stable else { return }
        violate(.rotatedGood, "\(apps[app]): token \(number), \(decimal(age)) s old, of \(decimal(truth.life)) s")
    }
}
