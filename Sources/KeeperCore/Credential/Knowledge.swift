/// All that one node knows of one app's credential.
///
/// Order is (epoch, version); it never goes back.
struct Knowledge: Sendable {
    /// The newest token known.
    private(set) var credential: Credential?
    /// Fingerprints of the tokens before it.
    private(set) var previous: [Fingerprint] = []
    /// A rotating call begun and not resolved, as the store shows it.
    @Rare private(set) var intent: KnownIntent?
    /// The store's doubt.
    @Rare private(set) var taint: KnownTaint?
    /// Our own doubt that has not reached the store, and since when.
    private(set) var ownDoubt: Instant?
    /// A doubt that came with a token from a peer, or from a record without our token: until the store shows it.
    private(set) var borrowedDoubt: Instant?
    /// Why the last attempt failed.
    @Rare var trouble: Trouble?
    /// Intents begun today, as the store counts them.
    private(set) var rotationsToday = 0
    /// Tokens that a program outside the cluster has ended.
    @Rare private(set) var overwrites: KnownOverwrites?
    /// Whether the store has a record at all; then the app was asked for once.
    private(set) var hasRecord = false
    /// Whether a record with the current token was missing once; an intent that was open in it then is known to nobody.
    private(set) var wasMissing = false
    /// Whether the store holds what we hold.
    ///
    /// If not, a leader writes it back.
    private(set) var isStored = true
    private(set) var event: UInt64 = 0
    private var store = ""
    /// What was open when the store seemed to lose its record, until it shows one again.
    @Rare private var beforeLoss: OpenDoubt?

    struct KnownIntent: Equatable, Sendable {
        let id: IntentID
        let epoch: Epoch
        let event: UInt64
        let begun: Instant
    }

    struct KnownTaint: Equatable, Sendable {
        let event: UInt64
        let since: Instant
    }

    struct KnownOverwrites: Equatable, Sendable {
        let count: Int
        let last: Instant
    }

    /// The doubt that a record left behind.
    private struct OpenDoubt {
        let store: String
        let version: UInt64
        /// The events of the intent and of the taint.
        let events: Set<UInt64>
        let since: Instant
        /// Whether the record showed our token.
        ///
        /// If not, what was open may have brought ours about.
        let isOfOurs: Bool

        /// Whether the store shows it still: an intent under its own event or, once resolved, as the taint of it.
        func isShown(by record: CredentialRecord, from source: String) -> Bool {
            let shown = Set([record.intent?.event, record.taint?.event].compactMap { $0 })
            return source == store && record.version == version && events.isSubset(of: shown)
        }
    }

    let app: AppID
    private let isTicket: Bool
    let rules: Rules

    init(app: AppID, rules: Rules = .all) {
        self.app = app
        isTicket = app.isTicket
        self.rules = rules
    }

    /// Since when the token may not be the newest; nil without doubt.
    var doubtSince: Instant? {
        .earlier(.earlier(intent?.begun, taint?.since), rememberedDoubt)
    }

    /// Whether the token is in doubt for another reason than an open intent.
    var hasDoubtBeyondIntent: Bool { taint != nil || rememberedDoubt != nil }

    /// A doubt that the store does not show.
    private var rememberedDoubt: Instant? { .earlier(.earlier(ownDoubt, borrowedDoubt), beforeLoss?.since) }

    /// What the record last shown leaves behind if it is lost.
    private var openDoubt: OpenDoubt? {
        guard let since = Instant.earlier(intent?.begun, taint?.since) else { return nil }
        let events = [intent?.event, taint?.event].compactMap { $0 }
        return OpenDoubt(
            store: store, version: storedVersion, events: Set(events), since: since, isOfOurs: isStored)
    }

    /// What a decision to rotate is based on.
    var basis: DecisionBasis {
        var basis = DecisionBasis(nil)
        basis.version = storedVersion
        basis.taint = taint?.event
        basis.intent = intent?.id
        return basis
    }

    /// The version the store shows, which is behind ours if it has lost ours.
    private(set) var storedVersion: UInt64 = 0

    /// Whether a token is known and within its life.
    func isValid(at now: Instant) -> Bool { credential.map { now < $0.expiresAt } ?? false }
}

// MARK: Learning

extension Knowledge {
    /// Takes in a record as the store showed it.
    mutating func learn(_ record: CredentialRecord, from source: String, readAfter sent: Instant) {
        let stored = Credential(record, readAfter: sent)
        // A late answer has a lower number. So has every answer of a server that came back from an older copy; if it
        // shows a newer token than ours it is no late one.
        let isNewer = stored.map { credential?.isOlder(than: $0) ?? true } ?? false
        if source == store, record.event < event, !isNewer { return }
        // If the store shows it still, the server was only started again.
        if let beforeLoss, !beforeLoss.isShown(by: record, from: source) { remember(beforeLoss) }
        beforeLoss = nil
        store = source
        event = record.event
        hasRecord = true
        storedVersion = record.version
        trouble = record.trouble
        rotationsToday = record.rotationsToday
        learnOverwrites(of: record, readAfter: sent)
        let before = openDoubt
        if let credential, let stored, stored.isOlder(than: credential), rules.demand(.versionsNeverFall) {
            isStored = false
            if isContest(of: stored, with: credential, after: previous) { doubt(since: stored.issuedAt) }
        } else if credential != nil, stored == nil {
            isStored = false
        } else {
            isStored = true
            previous = record.previous
            if let stored { adopt(stored, readAfter: sent) }
        }
        if !isStored, let before { remember(before) }
        learnDoubt(of: record, readAfter: sent)
    }

    /// Whatever was open in a record that was lost, or has lost our token, is a doubt that only we remember now.
    private mutating func remember(_ open: OpenDoubt) {
        if open.isOfOurs { doubt(since: open.since) } else { borrowedDoubt = .earlier(borrowedDoubt, open.since) }
    }

    private mutating func learnDoubt(of record: CredentialRecord, readAfter sent: Instant) {
        let before = intent
        intent = record.intent.map { seen in
            let begun = sent - seen.age.atLeastZero
            return KnownIntent(
                id: seen.id, epoch: seen.epoch, event: seen.event,
                begun: intent?.id == seen.id ? min(begun, intent?.begun ?? begun) : begun)
        }
        taint = record.taint.map { seen in
            let since = sent - seen.age.atLeastZero
            // A taint may be what became of the intent we knew, under its event.
            let known = [
                taint?.event == seen.event ? taint?.since : nil, before?.event == seen.event ? before?.begun : nil,
            ]
            return KnownTaint(event: seen.event, since: known.reduce(since) { min($0, $1 ?? $0) })
        }
        if isStored, taint != nil { ownDoubt = nil }
        // What was doubted before the store had our token, it knows best.
        if isStored { borrowedDoubt = nil }
    }

    private mutating func learnOverwrites(of record: CredentialRecord, readAfter sent: Instant) {
        guard let seen = record.overwrites, seen.count > overwrites?.count ?? 0 else { return }
        overwrites = KnownOverwrites(count: seen.count, last: sent - seen.age.atLeastZero)
    }

    /// - Parameter sent: when it was asked for.
    private mutating func adopt(_ other: Credential, readAfter sent: Instant) {
        if let known = credential, (known.epoch, known.version) == (other.epoch, other.version) {
            // A ticket that WeChat has named again: it lives longer, by as much as one naming is worth.
            guard isTicket else { return }
            let end = min(other.expiresAt, sent + RefreshPolicy.ticketTrust(life: other.life))
            credential?.expiresAt = max(known.expiresAt, end)
            return
        }
        credential = other
        wasMissing = false
        ownDoubt = nil
        borrowedDoubt = nil
        beforeLoss = nil
    }

    /// Takes in a record another node sent.
    /// - Parameter asLeader: whether it is to be written over what the store shows.
    mutating func learnFromPeer(_ record: CredentialRecord, askedAt sent: Instant, asLeader: Bool = false) {
        guard let other = Credential(record, readAfter: sent) else { return }
        if let credential, !credential.isOlder(than: other) { return }
        let isContested =
            asLeader && hasRecord && isStored
            && credential.map { isContest(of: $0, with: other, after: record.previous) } ?? false
        adopt(other, readAfter: sent)
        previous = record.previous
        learnOverwrites(of: record, readAfter: sent)
        isStored = storedVersion >= other.version
        // What the store last showed us of doubts was about an older token.
        intent = nil
        taint = nil
        if let age = [record.intent?.age, record.taint?.age].compactMap({ $0 }).max() { borrowedDoubt = sent - age }
        if isContested { borrowedDoubt = .earlier(borrowedDoubt, other.issuedAt) }
    }

    /// Another node tells when the current token ends.
    ///
    /// This one has just started and knows that from the store's clock alone, which may have been set since: the
    /// earlier end counts.
    /// - Returns: whether that changes anything.
    mutating func correctLife(by record: CredentialRecord, askedAt sent: Instant) -> Bool {
        guard !isTicket, let known = credential, let other = Credential(record, readAfter: sent),
            (known.epoch, known.version, known.fingerprint) == (other.epoch, other.version, other.fingerprint),
            other.expiresAt < known.expiresAt || other.issuedAt < known.issuedAt
        else { return false }
        credential?.expiresAt = min(known.expiresAt, other.expiresAt)
        credential?.issuedAt = min(known.issuedAt, other.issuedAt)
        return true
    }

    /// Whether the token the store shows may be the newer of the two, though its number says that it is the older: a
    /// store that was lost and whose clock was set back counts terms anew from below, or gives a number twice.
    ///
    /// Not if it is known to be one of those before, nor if it was published earlier: then the store came back from an
    /// older copy.
    private func isContest(of stored: Credential, with other: Credential, after previous: [Fingerprint]) -> Bool {
        stored.issuedAt > other.issuedAt && stored.fingerprint != other.fingerprint
            && !previous.contains(stored.fingerprint)
    }

    /// Whether the store counts versions of our token's term anew: then the number of that term was given twice.
    func showsTermTwice(_ record: CredentialRecord) -> Bool {
        guard let credential, let issue = record.issue else { return false }
        return record.epoch == credential.epoch && record.version <= credential.version
            && issue.fingerprint != credential.fingerprint && !previous.contains(issue.fingerprint)
    }

    /// Corrects the end of the current token's life from a call of our own.
    mutating func correctExpiry(of version: UInt64, to moment: Instant) {
        guard credential?.version == version else { return }
        credential?.expiresAt = moment
    }

    /// Corrects when the current token was issued.
    mutating func correctIssue(to moment: Instant) { credential?.issuedAt = moment }

    /// WeChat, asked at `moment` in normal mode, has named the current token as the newest: an earlier doubt that only
    /// nodes remember is answered.
    mutating func settle(askedAt moment: Instant) {
        if let ownDoubt, ownDoubt <= moment { self.ownDoubt = nil }
        if let borrowedDoubt, borrowedDoubt <= moment { self.borrowedDoubt = nil }
        if let beforeLoss, beforeLoss.since <= moment { self.beforeLoss = nil }
    }

    /// Remembers that a call of our own may have replaced the token.
    mutating func doubt(since moment: Instant) { ownDoubt = min(ownDoubt ?? moment, moment) }

    /// The store has no record of this app any more; with `isNew` it is another store altogether.
    mutating func storeLost(isNew: Bool) {
        beforeLoss = beforeLoss ?? openDoubt
        if !isNew { wasMissing = true }
        intent = nil
        taint = nil
        hasRecord = false
        isStored = credential == nil
        storedVersion = 0
        if isNew {
            store = ""
            event = 0
        }
    }

    /// What we know, as another node or the store may be told it.
    func record(at now: Instant) -> CredentialRecord {
        CredentialRecord(
            app: app, event: event, version: credential?.version ?? 0, epoch: credential?.epoch ?? .none,
            issue: credential.map { credential in
                .init(
                    token: credential.token, fingerprint: credential.fingerprint, life: credential.life,
                    left: (credential.expiresAt - now).atLeastZero, age: (now - credential.issuedAt).atLeastZero)
            },
            previous: previous, intent: nil,
            taint: doubtSince.map { Taint(event: taint?.event ?? event, age: (now - $0).atLeastZero) },
            trouble: trouble, rotationsToday: rotationsToday,
            overwrites: overwrites(at: now))
    }

    /// What outsiders have done, as it may be shown.
    func overwrites(at now: Instant) -> Overwrites? {
        overwrites.map { Overwrites(count: $0.count, age: (now - $0.last).atLeastZero) }
    }
}
