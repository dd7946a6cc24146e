/// All that one node knows of one app's credential: the newest token, what the store shows, and what is uncertain.
///
/// Order of tokens is (epoch, version); it never goes back.
struct Knowledge: Sendable {
    /// The newest token known.
    private(set) var credential: Credential?
    /// Fingerprints of the tokens before it, newest first; at most `CredentialRecord.mostPrevious`.
    private(set) var previous: [Fingerprint] = []
    /// What the store shows, be it of our token or of another.
    private(set) var stored = StoredView()
    /// What is uncertain though the store does not show it.
    private var uncertainty = RememberedUncertainty()
    /// Whether the store holds what we hold; true while we hold nothing.
    ///
    /// If not, a leader writes it back.
    private(set) var isStored = true
    /// Whether a record with the current token was missing once; an intent that was open in it then is known to nobody.
    private(set) var wasMissing = false

    let app: AppID
    private let isTicket: Bool
    private let rules: Rules

    init(app: AppID, rules: Rules = .all) {
        self.app = app
        isTicket = app.isTicket
        self.rules = rules
    }

    /// Since when the token may not be the newest; nil without uncertainty.
    var uncertainSince: Instant? { .earlier(stored.uncertainSince, uncertainty.since) }

    /// Whether the token is uncertain for another reason than an open intent.
    var isUncertainBeyondIntent: Bool { stored.uncertainty != nil || uncertainty.since != nil }

    /// Whether a token is known and within its life.
    func isValid(at now: Instant) -> Bool { credential.map { now < $0.expiresAt } ?? false }

    /// The times of the token.
    var times: CredentialView.TokenTimes? {
        guard let life = credential?.life, let issuedAt = credential?.issuedAt, let end = credential?.expiresAt else {
            return nil
        }
        return .init(life: life, issuedAt: issuedAt, expiresAt: end)
    }

    /// Why the token may not be the newest.
    ///
    /// Where the store has no record, or had none until we wrote it back, somebody may have deleted one with an intent
    /// in it.
    var whyUncertain: CredentialView.Uncertainty {
        .init(
            since: uncertainSince, isBeyondIntent: isUncertainBeyondIntent, intentEpoch: stored.intent?.epoch,
            mayHideIntent: !stored.hasRecord || wasMissing)
    }

    /// Whether the store counts versions of our token's term anew: then the number of that term was given twice.
    func showsTermTwice(_ record: CredentialRecord) -> Bool {
        guard let credential, let issue = record.issue else { return false }
        return record.epoch == credential.epoch && record.version <= credential.version
            && issue.fingerprint != credential.fingerprint && !previous.contains(issue.fingerprint)
    }

    /// What we know, as another node or the store may be told it.
    func record(at now: Instant) -> CredentialRecord {
        CredentialRecord(
            app: app, event: stored.event, version: credential?.version ?? 0, epoch: credential?.epoch ?? .none,
            issue: credential.map { CredentialRecord.Issue($0, at: now) },
            previous: previous, intent: nil,
            uncertainty: uncertainSince.map {
                StoredUncertainty(event: stored.uncertainty?.event ?? stored.event, age: (now - $0).atLeastZero)
            },
            trouble: stored.trouble, rotationsToday: stored.rotationsToday,
            externalRotations: stored.externalRotations(at: now))
    }
}

// MARK: What the store and the members tell

extension Knowledge {
    /// Takes in a record as the store showed it.
    mutating func learn(_ record: CredentialRecord, from source: String, readAfter sent: Instant) {
        let found = Credential(record, readAfter: sent)
        // A late answer has a lower number. So has every answer of a server that came back from an older copy; if it
        // shows a newer token than ours it is no late one.
        let isNewer = found.map { credential?.isOlder(than: $0) ?? true } ?? false
        if stored.isLate(record, from: source), !isNewer { return }
        uncertainty.recordFound(record, from: source)
        let before = stored.openUncertainty(isOfOurs: isStored)
        if let credential, let found, rules.keeps(credential, against: found) {
            isStored = false
            if mayBeNewer(of: found, with: credential, after: previous) {
                uncertainty.mayBeReplaced(since: found.issuedAt)
            }
        } else if credential != nil, found == nil {
            isStored = false
        } else {
            isStored = true
            previous = record.previous
            if let found { adopt(found, readAfter: sent) }
        }
        if !isStored, let before { uncertainty.remember(before) }
        stored.showed(record, from: source, readAfter: sent)
        if isStored { uncertainty.storeShowsOurs(isUncertain: stored.uncertainty != nil) }
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
        uncertainty.tokenChanged()
    }

    /// Takes in a record another node sent.
    /// - Parameter asLeader: whether it is to be written over what the store shows.
    mutating func learnFromMember(_ record: CredentialRecord, askedAt sent: Instant, asLeader: Bool = false) {
        guard let other = Credential(record, readAfter: sent) else { return }
        if let credential, !credential.isOlder(than: other) { return }
        let mayBeOlder =
            asLeader && stored.hasRecord && isStored
            && credential.map { mayBeNewer(of: $0, with: other, after: record.previous) } ?? false
        adopt(other, readAfter: sent)
        previous = record.previous
        stored.heard(of: record.externalRotations, readAfter: sent)
        isStored = stored.version >= other.version
        stored.wasOvertaken()
        if let age = [record.intent?.age, record.uncertainty?.age].compactMap({ $0 }).max() {
            uncertainty.borrow(since: sent - age)
        }
        if mayBeOlder { uncertainty.borrowAlso(since: other.issuedAt) }
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
    private func mayBeNewer(of stored: Credential, with other: Credential, after previous: [Fingerprint]) -> Bool {
        stored.issuedAt > other.issuedAt && stored.fingerprint != other.fingerprint
            && !previous.contains(stored.fingerprint)
    }

    /// The store has no record of this app any more; with `isNew` it is another store altogether.
    mutating func storeLost(isNew: Bool) {
        uncertainty.recordLost(stored.openUncertainty(isOfOurs: isStored))
        if !isNew { wasMissing = true }
        stored.lost(isNew: isNew)
        isStored = credential == nil
    }
}

// MARK: What our own calls tell

extension Knowledge {
    /// Corrects the end of the current token's life from a call of our own.
    mutating func correctExpiry(of version: UInt64, to moment: Instant) {
        guard credential?.version == version else { return }
        credential?.expiresAt = moment
    }

    /// Corrects when the current token was issued.
    mutating func correctIssue(to moment: Instant) { credential?.issuedAt = moment }

    /// WeChat, asked at `moment` in normal mode, has named the current token as the newest: an earlier uncertainty that
    /// only nodes remember is answered.
    mutating func settle(askedAt moment: Instant) { uncertainty.settle(askedAt: moment) }

    /// Remembers that a call of our own may have replaced the token.
    mutating func becomeUncertain(since moment: Instant) { uncertainty.mayBeReplaced(since: moment) }

    /// A call of our own brought no token.
    mutating func failed(with trouble: Trouble) { stored.failed(with: trouble) }
}
