internal import KeeperCore

/// Judges the reply to a call that only shows whether a token lives.
enum ProbeReply {
    /// The codes that speak of the token itself.
    ///
    /// All others (the IP address, a quota, a permission, busy) say nothing about it, and rotating a token would not
    /// cure them.
    static let deadCodes = [40_001, 40_014, 42_001]

    /// The outcome of a reply; `secrets` appear in no trouble.
    static func outcome(status: Int, body: [UInt8], hiding secrets: [String]) -> ProbeOutcome {
        switch Envelope(status: status, body: body) {
        case .noUse(let description):
            .inconclusive(Trouble(summary: "WeChat answered with \(description)", contact: .met))
        case .object(let fields) where fields.errcode == 0:
            .alive
        case .object(let fields) where deadCodes.contains(fields.errcode):
            .dead(errcode: fields.errcode)
        case .object(let fields):
            refusal(Refusal(errcode: fields.errcode, errmsg: fields.errmsg, hiding: secrets))
        }
    }

    /// A system that is busy, and an address that is shut out of every call, may be met otherwise soon; any other
    /// refusal is of this question.
    private static func refusal(_ refusal: Refusal) -> ProbeOutcome {
        refusal.reaction == .backOff || refusal.trouble.contact == .shutOut
            ? .inconclusive(refusal.trouble) : .refused(refusal)
    }
}
