@testable import KeeperCore

/// A store that executes commands at once and keeps every promise in their documentation.
///
/// A story changes its fields to set the scene, and its `weather` to let commands or answers get lost.
struct ScriptedStore {
    /// What becomes of a command.
    enum Weather: Equatable {
        case fair
        /// Not executed; the caller is told so.
        case unreachable
        /// Not executed; the caller cannot know.
        case lost
        /// Executed; the caller cannot know.
        case answerLost
        /// Executed at once, answered so much later.
        case slow(Duration)
    }

    var server = ServerIdentity(run: "run-1", connection: 1)
    var name = "store-1"
    var event: UInt64 = 0
    var lease: LeaseRecord?
    var lock: (owner: Incarnation, until: Instant)?
    var members: [Member] = []
    var nameHolder: Member?
    var pauseLeft: Duration?
    /// What the node under test last said of itself.
    private(set) var fitness = Member.Fitness.unknown
    /// Added to the caller's clock.
    var clockOffset = Duration.seconds(1_700_000_000)
    private(set) var kept: [AppID: Kept] = [:]

    /// A record as it stood at `asOf`.
    struct Kept {
        var record: CredentialRecord
        var asOf: Instant
        /// Term of the last intent ever opened.
        var lastIntentEpoch: Epoch
        var published: IntentID?

        func reading(at now: Instant) -> CredentialRecord {
            var record = record
            let passed = now - asOf
            record.issue?.left -= passed
            record.issue?.age += passed
            record.intent?.age += passed
            record.taint?.age += passed
            return record
        }
    }

    func record(_ app: AppID, at now: Instant) -> CredentialRecord? { kept[app]?.reading(at: now) }

    /// Sets a record, as if another node had.
    mutating func keep(_ record: CredentialRecord, at now: Instant) {
        event += 1
        var record = record
        record.event = event
        kept[record.app] = Kept(record: record, asOf: now, lastIntentEpoch: record.intent?.epoch ?? .none)
    }

    mutating func forget(_ app: AppID) { kept[app] = nil }

    /// FLUSHALL.
    mutating func wipe() {
        lease = nil
        lock = nil
        kept = [:]
        members = []
        event = 0
        name += "'"
    }

    /// A lease another node holds from now on.
    mutating func lead(_ holder: LeaseHolder, epoch: UInt64, sequence: UInt64 = 1, until: Instant) {
        lease = LeaseRecord(epoch: Epoch(epoch), holder: holder, sequence: sequence, isActive: true)
        lock = (holder.incarnation, until)
    }
}

// MARK: The lease

extension ScriptedStore {
    mutating func perform(_ command: LeaseCommand, by caller: LeaseHolder, at now: Instant) -> LeaseReply {
        if let lock, lock.until <= now { self.lock = nil }
        let answer: LeaseReply.Answer =
            switch command {
            case .tick(let tick): .ticked(found(by: tick, at: now))
            case .acquire(let acquisition): acquire(acquisition, caller, at: now)
            case .renew(let epoch, let ttl, let isActive): renew(epoch, ttl, isActive, caller, at: now)
            case .release(let epoch, let handover): release(epoch, handover, caller)
            case .reportDeath, .pause, .leave: .done
            }
        return LeaseReply(server: server, answer: answer)
    }

    private mutating func found(by tick: Tick, at now: Instant) -> TickReply {
        if tick.claimsName { nameHolder = nil }
        fitness = tick.fitness
        let isOfUse = tick.position.map { $0.store == name && $0.event <= event } ?? false
        let from = isOfUse ? tick.position?.event ?? 0 : 0
        let changes = kept.values.map { $0.reading(at: now) }.filter { $0.event > from }
        return TickReply(
            lease: lease, lockLeft: lock.map { $0.until - now }, changes: changes.sorted { $0.event < $1.event },
            position: StorePosition(store: name, event: event), startsOver: !isOfUse,
            missing: tick.verify.filter { kept[$0] == nil }, pauseLeft: pauseLeft, members: members,
            nameHolder: nameHolder, storeTime: now.sinceOrigin + clockOffset)
    }

    private mutating func acquire(
        _ wish: Acquisition, _ caller: LeaseHolder, at now: Instant
    ) -> LeaseReply.Answer {
        if let lock, lock.owner == caller.incarnation, let record = lease {
            lease?.sequence += 1
            self.lock = (caller.incarnation, now + wish.ttl)
            return .resumed(epoch: record.epoch)
        }
        let isAsObserved = lease.map(ObservedRenewal.init) == wish.observed
        guard lock == nil || (wish.steals && isAsObserved) else { return .denied(lease) }
        let previous = lease
        let epoch = Epoch(max(previous?.epoch ?? .none, wish.floor).rawValue + 1)
        lease = LeaseRecord(epoch: epoch, holder: caller, sequence: 1)
        lock = (caller.incarnation, now + wish.ttl)
        return .granted(epoch: epoch, previous: previous)
    }

    private func isHeld(by caller: LeaseHolder, _ epoch: Epoch) -> Bool {
        guard let lease else { return false }
        return lease.holder == caller && lease.epoch == epoch && lease.release == nil
    }

    private mutating func renew(
        _ epoch: Epoch, _ ttl: Duration, _ isActive: Bool, _ caller: LeaseHolder, at now: Instant
    ) -> LeaseReply.Answer {
        guard isHeld(by: caller, epoch), var record = lease else { return .denied(lease) }
        record.sequence += 1
        record.isActive = record.isActive || isActive
        lease = record
        lock = (caller.incarnation, now + ttl)
        return .renewed(sequence: record.sequence)
    }

    private mutating func release(_ epoch: Epoch, _ handover: Handover, _ caller: LeaseHolder) -> LeaseReply.Answer {
        guard isHeld(by: caller, epoch) else { return .denied(lease) }
        lease?.release = .handedOver(handover)
        lock = nil
        return .done
    }
}

// MARK: Credentials

extension ScriptedStore {
    mutating func perform(_ command: CredentialCommand, by caller: LeaseHolder, at now: Instant) -> CredentialReply {
        if let lock, lock.until <= now { self.lock = nil }
        let outcome: CredentialReply.Outcome =
            switch command {
            case .begin(let beginning): begin(beginning, caller, at: now)
            case .publish(let publication): publish(publication, at: now)
            case .abort(let abortion): abort(abortion, caller, at: now)
            case .put(let putting): put(putting, caller, at: now)
            case .restore(let restoration): restore(restoration, caller, at: now)
            }
        return CredentialReply(
            server: server, store: name, outcome: outcome, record: record(command.app, at: now))
    }

    private mutating func change(
        _ app: AppID, at now: Instant, _ body: (inout Kept, _ event: UInt64) -> Void
    ) {
        event += 1
        let reading = record(app, at: now) ?? CredentialRecord(app: app)
        var entry = Kept(
            record: reading, asOf: now, lastIntentEpoch: kept[app]?.lastIntentEpoch ?? .none,
            published: kept[app]?.published)
        entry.record.event = event
        body(&entry, event)
        kept[app] = entry
    }

    private mutating func begin(
        _ wish: Beginning, _ caller: LeaseHolder, at now: Instant
    ) -> CredentialReply.Outcome {
        guard isHeld(by: caller, wish.epoch), lock?.owner == caller.incarnation else { return .notHolder }
        let current = record(wish.app, at: now)
        if current?.intent?.id == wish.intent { return .accepted }
        guard DecisionBasis(current) == wish.basis else { return .changed }
        change(wish.app, at: now) { entry, event in
            if let open = entry.record.intent {
                entry.record.taint = Taint(event: open.event, age: entry.record.taint?.age ?? open.age)
            }
            entry.record.intent = OpenIntent(id: wish.intent, epoch: wish.epoch, event: event, age: .zero)
            entry.record.rotationsToday += 1
            entry.lastIntentEpoch = wish.epoch
        }
        return .accepted
    }

    private mutating func publish(_ news: Publication, at now: Instant) -> CredentialReply.Outcome {
        let current = kept[news.app]
        if let current, current.published == news.intent { return .accepted }
        let open = current?.record.intent
        let isFree = (current?.lastIntentEpoch ?? .none) < news.epoch && (current?.record.epoch ?? .none) <= news.epoch
        guard open?.id == news.intent || isFree else {
            change(news.app, at: now) { entry, event in
                entry.record.taint = Taint(event: event, age: min(entry.record.issue?.age ?? news.age, news.age))
            }
            return .superseded
        }
        change(news.app, at: now) { entry, event in
            entry.record.store(
                news.token, news.fingerprint, life: news.life, left: news.left, known: news.knownVersion,
                epoch: news.epoch)
            if let taint = entry.record.taint, taint.event < open?.event ?? event { entry.record.taint = nil }
            entry.record.intent = nil
            entry.published = news.intent
            if news.endsOverwrite {
                entry.record.overwrites = Overwrites(count: (entry.record.overwrites?.count ?? 0) + 1, age: .zero)
            }
        }
        return .accepted
    }

    private mutating func abort(
        _ failure: Abortion, _ caller: LeaseHolder, at now: Instant
    ) -> CredentialReply.Outcome {
        let isHolder = isHeld(by: caller, failure.epoch)
        guard kept[failure.app] != nil || isHolder else { return .accepted }
        change(failure.app, at: now) { entry, event in
            if let open = entry.record.intent, open.id == failure.intent {
                entry.record.intent = nil
                if failure.effect == .unsent { entry.record.rotationsToday -= 1 }
                if failure.effect.mayHaveRotated {
                    entry.record.taint = Taint(event: open.event, age: max(entry.record.taint?.age ?? .zero, open.age))
                }
            } else if failure.effect == .late, entry.lastIntentEpoch > failure.epoch {
                let age = entry.record.issue?.age ?? .zero
                entry.record.taint = Taint(event: event, age: max(entry.record.taint?.age ?? .zero, age))
            }
            if isHolder, let trouble = failure.trouble { entry.record.trouble = trouble }
        }
        return .accepted
    }

    private mutating func put(_ news: Putting, _ caller: LeaseHolder, at now: Instant) -> CredentialReply.Outcome {
        guard isHeld(by: caller, news.epoch) else { return .notHolder }
        guard (record(news.app, at: now)?.version ?? 0) == news.knownVersion else { return .changed }
        change(news.app, at: now) { entry, _ in
            if var issue = entry.record.issue, issue.fingerprint == news.fingerprint {
                issue.left = max(issue.left, news.left)
                entry.record.issue = issue
                entry.record.trouble = nil
            } else {
                entry.record.store(
                    news.token, news.fingerprint, life: news.life, left: news.left, known: news.knownVersion,
                    epoch: news.epoch)
            }
            if let taint = entry.record.taint, taint.event <= news.settledEvent { entry.record.taint = nil }
            if let intent = entry.record.intent, intent.event <= news.settledEvent { entry.record.intent = nil }
        }
        return .accepted
    }

    private mutating func restore(
        _ wish: Restoration, _ caller: LeaseHolder, at now: Instant
    ) -> CredentialReply.Outcome {
        guard isHeld(by: caller, wish.epoch), lock?.owner == caller.incarnation else { return .notHolder }
        let stored = record(wish.record.app, at: now)
        let isLower = stored.map { ($0.epoch, $0.version) < (wish.record.epoch, wish.record.version) } ?? true
        guard isLower else { return .changed }
        change(wish.record.app, at: now) { entry, event in
            let ages = [
                entry.record.intent?.age, entry.record.taint?.age, wish.record.intent?.age, wish.record.taint?.age,
            ]
            entry.record = wish.record
            entry.record.event = event
            entry.record.intent = nil
            entry.record.taint = ages.compactMap { $0 }.max().map { Taint(event: event, age: $0) }
            entry.lastIntentEpoch = wish.epoch
        }
        return .accepted
    }
}

extension CredentialRecord {
    /// A new token takes the place of the old one.
    fileprivate mutating func store(
        _ token: Token, _ fingerprint: Fingerprint, life: Duration, left: Duration, known: UInt64, epoch: Epoch
    ) {
        if let old = issue { previous = Array(([old.fingerprint] + previous).prefix(Self.mostPrevious)) }
        version = max(version, known) + 1
        self.epoch = epoch
        issue = Issue(token: token, fingerprint: fingerprint, life: life, left: left, age: .zero)
        trouble = nil
    }
}
