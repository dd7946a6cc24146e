internal import KeeperCore

/// Judges the reply to a call that should bring a token.
enum TokenReply {
    /// Sixteen times the 512 bytes WeChat asks everybody to reserve; a longer token is a mistake.
    static let tokenLimit = 8 * 1024
    /// WeChat gives two hours today.
    ///
    /// It may give more; a month would be a mistake.
    static let longestLife = 30 * 24 * 3600

    /// The outcome of a reply; `secrets` appear in no trouble.
    ///
    /// Refused only if WeChat says so plainly: a code and no token. Whatever is neither that nor a good token leaves
    /// open whether one was issued.
    static func outcome(status: Int, body: [UInt8], hiding secrets: [String]) -> CallOutcome {
        switch Envelope(status: status, body: body) {
        case .noUse(let description): return unknown("WeChat answered with \(description)")
        case .object(let fields):
            return outcome(fields, fields.token, of: "token") {
                Refusal(errcode: fields.errcode, errmsg: fields.errmsg, hiding: secrets)
            }
        }
    }

    /// The outcome of a reply that shall bring `credential`, which is called `what` in a trouble.
    static func outcome(
        _ fields: Envelope.Fields, _ credential: Envelope.CredentialField?, of what: String,
        refused: () -> Refusal
    ) -> CallOutcome {
        guard fields.errcode == 0 else {
            guard credential == nil || credential == .text("") else {
                return unknown("WeChat answered with errcode \(fields.errcode) and a \(what)")
            }
            return .refused(refused())
        }
        guard case .text(let text) = credential, !text.isEmpty else {
            return unknown("WeChat answered without an errcode and without a \(what)")
        }
        guard text.utf8.count <= tokenLimit, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            return unknown("WeChat answered with a \(what) of \(text.utf8.count) bytes that no header could hold")
        }
        guard let seconds = fields.expiresIn, (1...longestLife).contains(seconds) else {
            return unknown("WeChat answered with a \(what) whose expires_in is no number of seconds up to 30 days")
        }
        return .issued(token: Token(text), life: .seconds(seconds))
    }

    static func unknown(_ summary: String) -> CallOutcome {
        .unknown(Trouble(summary: summary, contact: .met))
    }
}
