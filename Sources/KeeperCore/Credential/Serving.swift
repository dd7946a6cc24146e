/// What is handed out at one moment.
struct Offer: Sendable {
    let token: ServedCredential
    /// Fingerprints of the tokens before it.
    let previous: [Fingerprint]

    /// The answer to somebody who asks for another token.
    func answer(refreshed: Bool, stillValid: Bool) -> RefreshAnswer {
        .token(credential: token, previous: previous, refreshed: refreshed, stillValid: stillValid)
    }

    /// The same, promised no longer than the leader does that has told of it.
    func promised(as record: CredentialRecord, askedAt sent: Instant, _ policy: RefreshPolicy) -> Offer {
        guard let age = record.uncertainty?.age, token.credential.epoch == record.epoch,
            token.credential.version == record.version
        else { return self }
        var token = token
        token.promisedUntil = .earlier(token.promisedUntil, sent - age + policy.usableOverlap)
        return Offer(token: token, previous: previous)
    }
}

/// Which token of one app is handed out, and what the read path was told of it.
struct Serving: Sendable {
    /// What the read path was told last; nil: that there is nothing to hand out.
    private(set) var current: ServedCredential?
    /// A token that WeChat has issued to this node and the store has not acknowledged though asked.
    ///
    /// Nobody else may have it, so it goes before all that is older.
    @Boxed private(set) var provisional: Credential?

    /// Fingerprints of the tokens before the one that is served.
    ///
    /// While the store has not acknowledged that one, the one before it is not among those it names.
    func previous(_ knowledge: Knowledge) -> [Fingerprint] {
        guard let known = knowledge.credential?.fingerprint, let served = current?.credential.fingerprint,
            known != served
        else { return knowledge.previous }
        return Array(([known] + knowledge.previous).prefix(CredentialRecord.mostPrevious))
    }

    /// What is handed out; nil if there is no token.
    func offer(_ knowledge: Knowledge) -> Offer? {
        current.map { Offer(token: $0, previous: previous(knowledge)) }
    }

    /// What is handed out and within its life; nil if there is nothing.
    func offer(_ knowledge: Knowledge, at now: Instant) -> Offer? {
        current?.expiresIn(at: now) == nil ? nil : offer(knowledge)
    }

    /// Chooses anew, after anything was learned.
    ///
    /// - Returns: whether the read path must be told.
    mutating func choose(from knowledge: Knowledge, _ policy: RefreshPolicy) -> Bool {
        let isNewer = provisional.map { knowledge.credential?.isOlder(than: $0) ?? true } ?? false
        let promisedUntil = knowledge.uncertainSince.map { $0 + policy.usableOverlap }
        if !isNewer, serves(knowledge.credential), current?.promisedUntil == promisedUntil { return false }
        guard let credential = isNewer ? provisional : knowledge.credential else {
            defer { current = nil }
            return current != nil
        }
        if let current, current.promisedUntil == promisedUntil, current.credential == credential { return false }
        current = ServedCredential(credential: credential, promisedUntil: promisedUntil)
        return true
    }

    /// Whether this is what is handed out already.
    ///
    /// Asked at every step, so it looks at each field where it stands; of a version the token itself never changes.
    private func serves(_ credential: Credential?) -> Bool {
        guard let current, let credential else { return false }
        let served = current.credential
        return served.version == credential.version && served.epoch == credential.epoch
            && served.expiresAt == credential.expiresAt && served.issuedAt == credential.issuedAt
            && served.life == credential.life && served.fingerprint == credential.fingerprint
    }

    /// The store did not acknowledge a token of ours.
    mutating func keep(_ issued: Credential) { provisional = issued }

    /// The store has it, or it is not to be kept.
    mutating func letGo() { provisional = nil }
}
