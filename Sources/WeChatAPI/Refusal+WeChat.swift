internal import KeeperCore

extension Refusal {
    /// Describes an `errcode` in our own words, with what is worth keeping of WeChat's: the request's id, and the
    /// calling address where that is the trouble.
    ///
    /// Only for an unlisted code WeChat's text is quoted, made harmless.
    init(errcode: Int, errmsg: String, hiding secrets: [String]) {
        let entry = ErrorTable.entries[errcode]
        let words = ErrorWords(errmsg, hiding: secrets)
        var summary = "WeChat refused with \(errcode)"
        if let id = words.requestID { summary += " (rid \(id))" }
        summary += ": \(entry?.meaning ?? words.harmless)"
        if ErrorTable.addressCodes.contains(errcode), let address = words.address { summary += ": \(address)" }
        self.init(
            trouble: Trouble(
                errcode: errcode, summary: summary,
                contact: ErrorTable.addressCodes.contains(errcode) ? .shutOut : .met),
            reaction: entry?.reaction ?? ErrorTable.reactionToUnlisted
        )
    }
}
