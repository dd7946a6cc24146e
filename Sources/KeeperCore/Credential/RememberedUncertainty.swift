/// Reasons to think that the current token may not be the newest which the store does not show.
///
/// Three, each with an end of its own; a token newer than all of them ends them together.
struct RememberedUncertainty: Sendable {
    /// Since when a call of our own, or a younger token in the store, may have replaced the token.
    ///
    /// Ends when the store shows an uncertainty beside our token: then it is the store's to remember.
    private(set) var own: Instant?
    /// Since when another node, or a record without our token, has left an uncertainty.
    ///
    /// Ends when the store shows our token: what was uncertain before it had it, it knows best.
    private(set) var borrowed: Instant?
    /// What was open when the store seemed to lose its record.
    ///
    /// Ends when it shows a record again: the same uncertainty is the store's then, any other leaves this one to us.
    @Boxed private var lost: OpenUncertainty?

    /// Since when; nil if there is no such reason.
    var since: Instant? { .earlier(.earlier(own, borrowed), lost?.since) }

    /// A token is known that is newer than every uncertainty.
    mutating func tokenChanged() { (own, borrowed, lost) = (nil, nil, nil) }

    /// A call of our own, or whoever brought the token the store shows, may have replaced ours.
    mutating func mayBeReplaced(since moment: Instant) { own = min(own ?? moment, moment) }

    /// A token came from a member, and with it this uncertainty.
    mutating func borrow(since moment: Instant) { borrowed = moment }

    /// The token that came from a member is itself uncertain, besides any other that came with it.
    mutating func borrowAlso(since moment: Instant) { borrowed = .earlier(borrowed, moment) }

    /// A record was lost, or has lost our token: what was open in it is an uncertainty that only we remember now.
    ///
    /// If it did not show our token, what was open may have brought ours about.
    mutating func remember(_ open: OpenUncertainty) {
        if open.isOfOurs { mayBeReplaced(since: open.since) } else { borrowAlso(since: open.since) }
    }

    /// The store has no record any more in which this was open.
    ///
    /// The first that was lost stands for all that follow, until the store shows a record again.
    mutating func recordLost(_ open: OpenUncertainty?) { lost = lost ?? open }

    /// The store shows a record again; if it shows what was lost, the server was only started again.
    mutating func recordFound(_ record: CredentialRecord, from source: String) {
        guard let open = lost else { return }
        lost = nil
        if !open.isShown(by: record, from: source) { remember(open) }
    }

    /// The store shows our token, and whether that is uncertain.
    mutating func storeShowsOurs(isUncertain: Bool) {
        if isUncertain { own = nil }
        borrowed = nil
    }

    /// WeChat, asked at `moment` in normal mode, has named the current token as the newest: what was uncertain before
    /// is answered.
    mutating func settle(askedAt moment: Instant) {
        if let own, own <= moment { self.own = nil }
        if let borrowed, borrowed <= moment { self.borrowed = nil }
        if let lost, lost.since <= moment { self.lost = nil }
    }
}

/// The uncertainty that a record leaves behind when it is lost.
struct OpenUncertainty: Sendable {
    let store: String
    let version: UInt64
    /// The events of the intent and of the uncertainty.
    let events: Set<UInt64>
    let since: Instant
    /// Whether the record showed our token.
    let isOfOurs: Bool

    /// Whether the store shows it still: an intent under its own event or, once resolved, as the uncertainty of it.
    func isShown(by record: CredentialRecord, from source: String) -> Bool {
        let shown = Set([record.intent?.event, record.uncertainty?.event].compactMap { $0 })
        return source == store && record.version == version && events.isSubset(of: shown)
    }
}
