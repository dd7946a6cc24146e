/// What the store shows of one app, as it was last read: its marks with times on this node's own clock.
///
/// A reading with a lower event number is a late one and changes nothing; whether it is is asked before (`isLate`).
struct StoredView: Sendable {
    /// Which store it was, so that event numbers can be compared; empty before the first reading.
    private var store = ""
    /// Number of the event that last changed the record; 0 before the first reading of a store.
    private(set) var event: UInt64 = 0
    /// The version it shows, which is behind ours if it has lost ours.
    private(set) var version: UInt64 = 0
    /// Whether there is a record at all; then the app was asked for once.
    private(set) var hasRecord = false
    /// A rotating call begun and not resolved.
    ///
    /// Its beginning never becomes later, however often it is read.
    @Boxed private(set) var intent: KnownIntent?
    /// The mark that the token shown may not be the newest; as with the intent it never gets younger.
    @Boxed private(set) var uncertainty: KnownUncertainty?
    /// Why the last attempt failed, here or at another node.
    @Boxed private(set) var trouble: Trouble?
    /// Intents begun today, as the store counts them.
    private(set) var rotationsToday = 0
    /// Tokens that a program outside the cluster has ended.
    ///
    /// Their number never falls.
    @Boxed private var externalRotations: KnownExternalRotations?

    struct KnownIntent: Equatable, Sendable {
        let id: IntentID
        let epoch: Epoch
        let event: UInt64
        let begun: Instant
    }

    struct KnownUncertainty: Equatable, Sendable {
        let event: UInt64
        let since: Instant
    }

    private struct KnownExternalRotations: Equatable, Sendable {
        let count: Int
        let last: Instant
    }

    /// Since when the token shown may not be the newest; nil if the record shows no uncertainty.
    var uncertainSince: Instant? { .earlier(intent?.begun, uncertainty?.since) }

    /// What a decision to rotate is based on.
    var basis: DecisionBasis {
        var basis = DecisionBasis(nil)
        basis.version = version
        basis.uncertainty = uncertainty?.event
        basis.intent = intent?.id
        return basis
    }

    /// What this record would leave behind if it were lost; nil if nothing is open in it.
    /// - Parameter isOfOurs: whether it shows our token.
    func openUncertainty(isOfOurs: Bool) -> OpenUncertainty? {
        guard let since = uncertainSince else { return nil }
        let events = [intent?.event, uncertainty?.event].compactMap { $0 }
        return OpenUncertainty(store: store, version: version, events: Set(events), since: since, isOfOurs: isOfOurs)
    }

    /// What external programs have done, as it may be shown.
    func externalRotations(at now: Instant) -> ExternalRotations? {
        externalRotations.map { ExternalRotations(count: $0.count, age: (now - $0.last).atLeastZero) }
    }

    /// Whether an external program has ended a token so short a time ago.
    func wasRotatedExternally(within time: Duration, at now: Instant) -> Bool {
        externalRotations.map { (now - $0.last).atLeastZero < time } ?? false
    }
}

// MARK: Events

extension StoredView {
    /// Whether this is an answer that came later than one that shows more.
    func isLate(_ record: CredentialRecord, from source: String) -> Bool { source == store && record.event < event }

    /// The store shows a record.
    mutating func showed(_ record: CredentialRecord, from source: String, readAfter sent: Instant) {
        (store, event, version, hasRecord) = (source, record.event, record.version, true)
        trouble = record.trouble
        rotationsToday = record.rotationsToday
        heard(of: record.externalRotations, readAfter: sent)
        let before = intent
        intent = record.intent.map { seen in
            let begun = sent - seen.age.atLeastZero
            return KnownIntent(
                id: seen.id, epoch: seen.epoch, event: seen.event,
                begun: before?.id == seen.id ? min(begun, before?.begun ?? begun) : begun)
        }
        uncertainty = record.uncertainty.map { seen in
            let since = sent - seen.age.atLeastZero
            // An uncertainty may be what became of the intent we knew, under its event.
            let known = [
                uncertainty?.event == seen.event ? uncertainty?.since : nil,
                before?.event == seen.event ? before?.begun : nil,
            ]
            return KnownUncertainty(event: seen.event, since: known.reduce(since) { min($0, $1 ?? $0) })
        }
    }

    /// The store, or a member, tells how many tokens external programs have ended.
    mutating func heard(of seen: ExternalRotations?, readAfter sent: Instant) {
        guard let seen, seen.count > externalRotations?.count ?? 0 else { return }
        externalRotations = KnownExternalRotations(count: seen.count, last: sent - seen.age.atLeastZero)
    }

    /// A newer token is known from elsewhere: what was shown of uncertainties was about an older one.
    mutating func wasOvertaken() { (intent, uncertainty) = (nil, nil) }

    /// A call of our own has failed; the store will be told.
    mutating func failed(with trouble: Trouble) { self.trouble = trouble }

    /// There is no record any more; with `isNew` it is another store altogether, which counts its events anew.
    mutating func lost(isNew: Bool) {
        (intent, uncertainty, hasRecord, version) = (nil, nil, false, 0)
        if isNew { (store, event) = ("", 0) }
    }
}
