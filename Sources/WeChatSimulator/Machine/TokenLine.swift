extension SimulatedWeChat {
    /// The separate lines of tokens an app has: two, or the one of WeCom.
    ///
    /// A fetch on one never touches the other.
    public enum Line: String, CaseIterable, Sendable, Codable {
        /// What `/cgi-bin/token` issues.
        case classic
        /// What `/cgi-bin/stable_token` issues.
        case stable
        /// What `/cgi-bin/gettoken` issues to an app of WeCom.
        case weCom = "wecom"
    }

    /// How a token stands at one moment.
    ///
    /// WeChat promises that the newest token and the one before it are usable during the overlap, and says
    /// nothing of older ones. Hence two readings: *strict* lets a token die as soon as two newer ones were
    /// issued, and is what this WeChat obeys; *grace* gives each replaced token its whole overlap.
    public struct Standing: Equatable, Sendable {
        /// Usable for so much longer on the strict reading; zero when dead.
        public let strict: Duration
        /// Usable for so much longer on the grace reading; zero when dead.
        public let grace: Duration
        /// What is left of the life promised by `expires_in` when it was issued; zero when over.
        public let promised: Duration
        /// How many newer tokens its line has issued; 0 is the newest.
        public let newer: Int
        /// Whether WeChat has withdrawn it.
        public let isRevoked: Bool
    }
}

/// One token that was issued.
struct IssuedToken: Equatable {
    let value: String
    let fingerprint: String
    let expiresAt: SimulatedWeChat.Instant
    /// The end of its life until a newer one replaces it, then the end of its overlap.
    var usableUntil: SimulatedWeChat.Instant
    var isRevoked = false
}

/// The tokens of one app on one line, oldest first.
struct TokenLine: Equatable {
    /// Tokens older than these are forgotten, and then as dead as ones never issued.
    static let remembered = 32

    private(set) var tokens: [IssuedToken] = []
    private(set) var issuedCount = 0

    var newest: IssuedToken? { tokens.last }

    /// Adds a token and starts the end of the one before.
    ///
    /// Returns the token that is forgotten to make room.
    ///
    /// The previous token lives `overlap` more from now: the documented hand-over, which holds even if its own
    /// life would have ended sooner. One that is already dead stays dead. Without an overlap it keeps its own end.
    mutating func issue(
        _ value: String,
        at now: SimulatedWeChat.Instant,
        lifetime: Duration,
        overlap: Duration?
    ) -> String? {
        if let overlap, let last = tokens.indices.last, tokens[last].usableUntil > now {
            tokens[last].usableUntil = now + overlap
        }
        let end = now + lifetime
        tokens.append(
            IssuedToken(value: value, fingerprint: Fingerprint.of(value), expiresAt: end, usableUntil: end)
        )
        issuedCount += 1
        return tokens.count > Self.remembered ? tokens.removeFirst().value : nil
    }

    /// Withdraws the newest token.
    ///
    /// Returns it, if there is one.
    mutating func revokeNewest() -> IssuedToken? {
        guard let last = tokens.indices.last else { return nil }
        tokens[last].isRevoked = true
        return tokens[last]
    }

    func standing(of value: String, at now: SimulatedWeChat.Instant) -> SimulatedWeChat.Standing? {
        tokens.lastIndex { $0.value == value }.map { standing(at: $0, now) }
    }

    func standing(at index: Int, _ now: SimulatedWeChat.Instant) -> SimulatedWeChat.Standing {
        let token = tokens[index]
        let newer = tokens.count - 1 - index
        let grace = token.isRevoked ? .zero : max(.zero, token.usableUntil - now)
        return SimulatedWeChat.Standing(
            strict: newer > 1 ? .zero : grace,
            grace: grace,
            promised: max(.zero, token.expiresAt - now),
            newer: newer,
            isRevoked: token.isRevoked
        )
    }

    /// What is left of the newest token's life; zero if there is none that can be used.
    func newestRemaining(at now: SimulatedWeChat.Instant) -> Duration {
        guard let newest, !newest.isRevoked else { return .zero }
        return max(.zero, newest.expiresAt - now)
    }
}
