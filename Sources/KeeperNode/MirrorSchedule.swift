internal import KeeperCore

/// Decides when which apps' mirrors are seen to; the `MirrorWriter` does it.
///
/// While a term is led, an app is seen to at once when the term begins or its token changes, and all apps in turn, so
/// that every one is looked at at least every `longestRound`. One command at a time; as long as nothing changes at most
/// one a second, however many apps there are, and with few apps fewer.
struct MirrorSchedule: Sendable {
    /// What happens to it.
    ///
    /// The term led at that moment comes with every event.
    enum Event: Equatable, Sendable {
        /// These apps have another token, or the term is another one.
        case changed(Set<AppID>)
        case woke
        /// The command has ended.
        case replied(Outcome)
        /// These apps have mirrors from now on, each named once.
        case configured([AppID])
    }

    /// How a command ended.
    enum Outcome: Equatable, Sendable {
        case done
        /// The store does not know us as the leader of this term.
        case denied
        case failed(StoreError)
    }

    enum Action: Equatable, Sendable {
        /// See to these apps.
        case mirror([AppID], epoch: Epoch)
        /// The first failure of an outage.
        case tellFailure(StoreError)
        /// Nothing has failed for a whole round.
        case tellRecovery
    }

    /// One turn through all apps, and what it may take with a command or two that go unanswered.
    static let round: Duration = .seconds(12)
    static let longestRound: Duration = .seconds(15)
    /// The least time between two commands of a round, and after one that failed.
    static let pause: Duration = .seconds(1)
    /// Most apps of those that are to be seen to at once go into one command, unless a round needs more.
    static let mostAtOnce = 100

    private var apps: [AppID] = []
    private var known: Set<AppID> = []
    /// Apps looked at by one command of a round.
    private var share = 1
    /// Time between two such commands.
    private var spacing = Self.round

    /// The term led; nil if none, or while its lease has run out.
    private var term: Epoch?
    /// To be seen to at once, each once.
    private var pending: [AppID] = []
    /// The app at which the round goes on, and when.
    private var next = 0
    private var nextLook = Instant.origin
    /// In the command that is under way; nil if none is.
    private var inFlight: [AppID]?
    /// Nothing before this moment, since a command has failed.
    private var notBefore = Instant.origin
    private var lastFailure: Instant?

    /// A schedule of these apps, each named once.
    init(apps: [AppID]) { keep(apps) }

    private mutating func keep(_ apps: [AppID]) {
        self.apps = apps
        known = Set(apps)
        let mostSteps = Int(Self.round / Self.pause)
        share = max(1, (apps.count + mostSteps - 1) / mostSteps)
        spacing = apps.isEmpty ? Self.round : Self.round / ((apps.count + share - 1) / share)
    }

    /// When it wants to be woken, nil if only an event can give it something to do.
    var wakeUp: Instant? {
        guard term != nil, inFlight == nil, !apps.isEmpty else { return nil }
        return pending.isEmpty ? max(notBefore, nextLook) : notBefore
    }

    mutating func handle(_ event: Event, term current: Epoch?, at now: Instant) -> [Action] {
        var actions: [Action] = []
        switch event {
        case .changed(let changed): want(changed.filter(known.contains).sorted())
        case .woke: break
        case .replied(let outcome): actions = settle(outcome, at: now)
        case .configured(let apps):
            keep(apps)
            // As at the start of a term: nobody knows how the mirrors of a new app stand.
            begin(current, at: now)
        }
        if current != term { begin(current, at: now) }
        guard let current, let due = takeDue(at: now) else { return actions }
        inFlight = due
        return actions + [.mirror(due, epoch: current)]
    }

    /// Nobody knows what happened to the mirrors between two terms, so all are seen to; without a term none.
    private mutating func begin(_ current: Epoch?, at now: Instant) {
        term = current
        pending = current == nil ? [] : apps
        (next, nextLook) = (0, now + spacing)
        (notBefore, lastFailure) = (now, nil)
    }

    /// What the next command is to see to, nil if there is nothing or this is not the time.
    private mutating func takeDue(at now: Instant) -> [AppID]? {
        guard inFlight == nil, notBefore <= now else { return nil }
        var due = Array(pending.prefix(max(share, Self.mostAtOnce)))
        pending.removeFirst(due.count)
        if nextLook <= now, !apps.isEmpty {
            let chosen = Set(due)
            due += (0..<share).map { apps[(next + $0) % apps.count] }.filter { !chosen.contains($0) }
            next = (next + share) % apps.count
            nextLook = now + spacing
        }
        return due.isEmpty ? nil : due
    }

    private mutating func settle(_ outcome: Outcome, at now: Instant) -> [Action] {
        let tried = inFlight ?? []
        inFlight = nil
        switch outcome {
        case .done:
            guard let failure = lastFailure, now - failure >= Self.longestRound else { return [] }
            lastFailure = nil
            return [.tellRecovery]
        case .denied:
            // Either the term is over, and the gate will say so, or the store has lost the lease and gets it back.
            want(tried)
            notBefore = now + Self.pause
            return []
        case .failed(let error):
            // After a refusal all that can be written is written; the rest has its turn in the next round.
            if case .rejected = error {} else { want(tried) }
            notBefore = now + Self.pause
            defer { lastFailure = now }
            return lastFailure == nil ? [.tellFailure(error)] : []
        }
    }

    /// Behind all others, so that one app which fails again and again keeps no other waiting.
    private mutating func want(_ wanted: [AppID]) {
        guard term != nil else { return }
        let waiting = Set(pending)
        pending += wanted.filter { !waiting.contains($0) }
    }
}
