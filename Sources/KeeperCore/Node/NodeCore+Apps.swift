// Which apps are kept, and how that changes while the node runs.
extension NodeCore {
    /// Takes over another list of apps.
    ///
    /// Of an app that stays as it is everything stays known, and whoever waits for it waits on. One that is new, or has
    /// another line now, begins with what the store holds. One that is gone is forgotten, with whatever was under way
    /// for it: its open intent stays in the store, and whoever keeps that app later finds it there.
    mutating func configure(_ apps: [AppSettings], at now: Instant) {
        setup.keep(apps)
        let (before, directoryBefore) = (refreshers, directory)
        let kept = apps.sorted { $0.id < $1.id }.map { app in
            (app: app, index: directoryBefore[app.id].flatMap { before[$0].app == app ? $0 : nil })
        }
        let gone = Set(before.indices).subtracting(kept.compactMap(\.index)).sorted().map { before[$0] }
        for refresher in gone {
            // Whoever keeps the app next must wait for a call that is on its way.
            let callsUntil = maker.forget(refresher, timing: settings.timing, at: now)
            if let callsUntil { elector.noteUnknownCall(until: callsUntil) }
        }
        let policy = RefreshPolicy(settings)
        refreshers = kept.map { app, index in
            var refresher = index.map { before[$0] } ?? maker.make(app, policy, setup)
            refresher.configure(policy, asNewAfter: index == nil ? maker.forgotten : nil)
            return refresher
        }
        directory = AppDirectory(kept.map(\.app), facts: refreshers.map(\.facts))
        rearrange(kept.map(\.index))
        sendAway(from: gone)
        for index in refreshers.indices {
            for ticket in directory.tickets(of: index) {
                refreshers[ticket].ownerServes(refreshers[index].served?.token)
            }
        }
        if kept.contains(where: { $0.index == nil }) {
            // The store may know what is new here, and so may the members.
            sync.startOver(at: now)
            others.query.startOver()
        }
        updateSituation(at: now)
        for index in refreshers.indices { step(index, at: now) }
    }

    private mutating func sendAway(from gone: [Refresher]) {
        for var refresher in gone {
            // With another line it is kept all the same.
            let answer: RefreshAnswer =
                directory[refresher.app.id] == nil
                ? .unavailable(reason: .unknownApp, retryAfter: RetryHint.unknownApp)
                : .unavailable(reason: .noLeader, retryAfter: RetryHint.lineChanged)
            refresher.dismissAll(with: answer, into: &out)
        }
    }

    /// Moves whatever is known by an app's place.
    /// - Parameter places: for each app now, where it stood before.
    private mutating func rearrange(_ places: [Int?]) {
        let places = Dictionary(
            places.enumerated().compactMap { next, last in last.map { ($0, next) } }, uniquingKeysWith: { $1 })
        out.rearrange(places)
        reachability.rearrange(places, count: refreshers.count)
        deadlines = DeadlineQueue(count: refreshers.count)
        slots = CallSlots(apps: refreshers.count)
        for (index, refresher) in refreshers.enumerated() { slots.book(index, refresher.activity) }
    }
}
