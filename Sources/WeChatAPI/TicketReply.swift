internal import KeeperCore

/// Judges the reply to a call that should bring a ticket.
///
/// What holds for a token's holds here too.
enum TicketReply {
    /// The outcome of a reply; `secrets` appear in no trouble.
    ///
    /// Codes that speak of a wrong secret where a token is asked for speak of the token here: it is being replaced, or
    /// the watch over it will find it out. So the ticket is asked for again soon, and nothing stops for good.
    static func outcome(status: Int, body: [UInt8], hiding secrets: [String]) -> CallOutcome {
        switch Envelope(status: status, body: body) {
        case .noUse(let description): return TokenReply.unknown("WeChat answered with \(description)")
        case .object(let fields):
            return TokenReply.outcome(fields, fields.ticket, of: "ticket") {
                guard ProbeReply.deadCodes.contains(fields.errcode) else {
                    return Refusal(errcode: fields.errcode, errmsg: fields.errmsg, hiding: secrets)
                }
                let summary = "WeChat refused with \(fields.errcode): it no longer takes the token that asks"
                return Refusal(
                    trouble: Trouble(errcode: fields.errcode, summary: summary, contact: .met), reaction: .backOff)
            }
        }
    }
}
