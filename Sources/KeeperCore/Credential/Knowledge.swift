/// All that one node knows of one app's credential. Order is (epoch, version); it never goes back.
struct Knowledge: Sendable {
    /// The newest token known.
    private(set) var credential: Credential?
    /// Fingerprints of the tokens before it.
    private(set) var previous: [Fingerprint] = []
    /// A rotating call begun and not resolved, as the store shows it.
    private(set) var intent: KnownIntent?
    /// The store's doubt.
    private(set) var taint: KnownTaint?
    /// Our own doubt that has not reached the store, and since when.
    private(set) var ownDoubt: Instant?
    /// A doubt that came with a token from a peer, until the store shows that token.
    private(set) var peerDoubt: Instant?
    /// Why the last attempt failed.
    var trouble: Trouble?
    /// Intents begun today, as the store counts them.
    private(set) var rotationsToday = 0
    /// Whether the store has a record at all; then the app was asked for once.
    private(set) var hasRecord = false
    /// Whether the store holds what we hold. If not, a leader writes it back.
    private(set) var isStored = true
    private(set) var event: UInt64 = 0
    private var store = ""
    /// What the store showed before it seemed to have lost it, and our own doubt then.
    private var beforeLoss: (store: String, event: UInt64, basis: DecisionBasis, ownDoubt: Instant?)?

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
        .earlier(.earlier(intent?.begun, taint?.since), .earlier(ownDoubt, peerDoubt))
    }

    /// Whether the token is in doubt for another reason than an open intent.
    var hasDoubtBeyondIntent: Bool { taint != nil || ownDoubt != nil || peerDoubt != nil }

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

    /// Whether a named token is known to be older than the current one.
    func knowsAsOlder(_ fingerprint: Fingerprint) -> Bool { previous.contains(fingerprint) }
}

// MARK: Learning

extension Knowledge {
    /// Takes in a record as the store showed it.
    mutating func learn(_ record: CredentialRecord, from source: String, readAfter sent: Instant) {
        if source == store, record.event < event { return }
        if let beforeLoss, beforeLoss.store == source, beforeLoss.event == record.event,
            beforeLoss.basis == DecisionBasis(record)
        {
            // The server was only started again: nothing is lost.
            ownDoubt = beforeLoss.ownDoubt
        }
        beforeLoss = nil
        store = source
        event = record.event
        hasRecord = true
        storedVersion = record.version
        trouble = record.trouble
        rotationsToday = record.rotationsToday
        let stored = Credential(record, readAfter: sent)
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
        if !isStored { rememberDoubt() }
        learnDoubt(of: record, readAfter: sent)
    }

    /// Whatever was open in a record that was lost, or has lost our token, is a doubt that only we remember now.
    private mutating func rememberDoubt() {
        if let open = [intent?.begun, taint?.since].compactMap({ $0 }).min() { doubt(since: open) }
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
        // What a peer doubted, the store knows best.
        if isStored { peerDoubt = nil }
    }

    /// - Parameter sent: when it was asked for.
    private mutating func adopt(_ other: Credential, readAfter sent: Instant) {
        if let known = credential, (known.epoch, known.version) == (other.epoch, other.version) {
            // A ticket that WeChat has named again: it lives longer, by as much as one naming is worth.
            guard isTicket else { return }
            let end = min(other.expiresAt, sent + RefreshPolicy.ticketTrust)
            credential?.expiresAt = max(known.expiresAt, end)
            return
        }
        credential = other
        ownDoubt = nil
        peerDoubt = nil
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
        isStored = storedVersion >= other.version
        // What the store last showed us of doubts was about an older token.
        intent = nil
        taint = nil
        if let age = [record.intent?.age, record.taint?.age].compactMap({ $0 }).max() { peerDoubt = sent - age }
        if isContested { peerDoubt = .earlier(peerDoubt, other.issuedAt) }
    }

    /// Whether the token the store shows may be the newer of the two, whatever its number: a store that was lost and
    /// whose clock was set back counts terms anew from below. Not if it is known to be one of those before, nor if it
    /// was published earlier: then the store came back from an older copy.
    private func isContest(of stored: Credential, with other: Credential, after previous: [Fingerprint]) -> Bool {
        stored.epoch < other.epoch && stored.issuedAt > other.issuedAt && stored.fingerprint != other.fingerprint
            && !previous.contains(stored.fingerprint)
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
        if let peerDoubt, peerDoubt <= moment { self.peerDoubt = nil }
    }

    /// Remembers that a call of our own may have replaced the token.
    mutating func doubt(since moment: Instant) { ownDoubt = min(ownDoubt ?? moment, moment) }

    /// The store has no record of this app any more; with `isNew` it is another store altogether.
    mutating func storeLost(isNew: Bool) {
        if beforeLoss == nil { beforeLoss = (store, event, basis, ownDoubt) }
        rememberDoubt()
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
            trouble: trouble, rotationsToday: rotationsToday)
    }
}
