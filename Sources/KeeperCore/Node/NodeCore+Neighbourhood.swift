extension NodeCore {
    /// Asks one member who it is, if there is one that is not known.
    ///
    /// Called when a tick has told who is there.
    mutating func introduceIfDue(at now: Instant) {
        guard !departure.isForGood,
            let member = others.neighbourhood.next(
                of: sync.members, except: holder.incarnation, ours: directory.digest, at: now)
        else { return }
        others.neighbourhood.sent(out.introduce(to: member, apps: directory.digest), to: member, ours: directory.digest)
    }

    mutating func introduced(_ request: RequestID, _ outcome: IntroductionOutcome, at now: Instant) {
        let changed = others.neighbourhood.introduced(request, outcome, apps: settings.apps, at: now)
        guard let changed, changed.finding != .unknown else { return }
        out.note(.neighbour(changed))
    }

    /// Which apps will be asked for by whoever leads.
    ///
    /// One that does not keep an app never will.
    var awaitedApps: AwaitedApps {
        guard let leader = leaderHint?.holder.incarnation,
            let member = sync.members.first(where: { $0.holder.incarnation == leader }), let theirs = member.apps,
            theirs != directory.digest
        else { return .all }
        return others.neighbourhood.awaitedApps(of: member)
    }

    /// What was found at the addresses of the other members.
    var findings: [Neighbour] { others.neighbourhood.findings(on: otherMembers) }

    /// What this node answers to whoever asks who is there.
    public func introduction(to digest: AppsDigest?) -> Introduction {
        Introduction(holder: holder, apps: digest == directory.digest ? nil : settings.apps.map(KeptApp.init))
    }
}
