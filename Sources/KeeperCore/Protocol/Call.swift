/// One kind of call that can bring a token.
public enum CallKind: Hashable, Sendable {
    /// `GET /cgi-bin/token`. Rotates.
    case classic
    /// `POST /cgi-bin/stable_token` in normal mode. Rotates nothing.
    case stable
    /// `POST /cgi-bin/stable_token` with `force_refresh`. Rotates; only an operator may ask for it.
    case stableForced
    /// WeCom's `GET /cgi-bin/gettoken`. Rotates nothing that lives.
    case wecom
    /// A ticket, asked for with its app's token. Rotates nothing.
    case ticket(TicketType)

    /// Whether the call makes WeChat issue a new token, which starts the old one's end.
    public var rotates: Bool {
        switch self {
        case .classic, .stableForced: true
        case .stable, .wecom, .ticket: false
        }
    }
}

/// The right to make one call: the term it belongs to and the moment by which it is over.
///
/// WeChat cannot check an epoch, so this is the last fence: it is asked right before the first byte is sent.
public struct CallPermit: Hashable, Sendable {
    /// The term in which the call was decided.
    public var epoch: Epoch
    /// The call is given up here; the lease must last until then.
    public var deadline: Instant

    /// The right to call until `deadline` as leader of `epoch`.
    public init(epoch: Epoch, deadline: Instant) {
        self.epoch = epoch
        self.deadline = deadline
    }
}

/// What a call that should bring a token has come to.
///
/// Each case has a reaction of its own.
public enum CallOutcome: Hashable, Sendable {
    /// WeChat issued or returned this token, with the life it has from now on.
    case issued(token: Token, life: Duration)
    /// WeChat answered with an errcode and no token: nothing was rotated.
    case refused(Refusal)
    /// Surely never sent (name, connect, TLS, permit withdrawn): nothing was rotated.
    case notSent(Trouble)
    /// The request may have left and may have been obeyed (time-out, reset, answer of no use).
    case unknown(Trouble)
}

/// WeChat's refusal and what it means for the next try.
public struct Refusal: Hashable, Sendable {
    /// WeChat's code and words, without secrets.
    public var trouble: Trouble
    /// When to ask again.
    public var reaction: Reaction

    /// The few reactions to the many codes (`ErrorTable` in WeChatAPI lists them).
    public enum Reaction: Hashable, Sendable {
        /// Busy: again soon, with back-off.
        case backOff
        /// The minute's quota is used up: again in a minute.
        case nextMinute
        /// Somebody must act, but the cure may come at any time (IP not listed, account frozen): again in minutes.
        case slowly
        /// Again after this long (a daily quota, a refusal by the account's administrator).
        case pause(for: Duration)
        /// Configuration is wrong (appid, secret): not again, but for a slow probe each hour and an operator's request.
        case stop
    }

    /// Describes a refusal.
    public init(trouble: Trouble, reaction: Reaction) {
        self.trouble = trouble
        self.reaction = reaction
    }
}

/// What WeChat said when asked whether a token still lives.
public enum ProbeOutcome: Hashable, Sendable {
    /// It accepted the token.
    case alive
    /// It refused the token with this errcode (40001, 40014 or 42001 and nothing else).
    case dead(errcode: Int)
    /// It answered, but refused the question itself (a quota, a missing right): of the token nothing is known, and
    /// asking again soon is of no use.
    case refused(Refusal)
    /// It could not be asked, or answered something else.
    case inconclusive(Trouble)
}
