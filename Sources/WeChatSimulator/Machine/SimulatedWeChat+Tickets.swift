// Tickets: what is answered to those who ask for one, and what tests may do to them.
extension SimulatedWeChat {
    /// The holder's ticket, the same to whoever asks within its period.
    ///
    /// Here is the trap: `expires_in` is the whole life every time, however little of it is left. Five independent
    /// reports, such as https://developers.weixin.qq.com/community/develop/doc/000e0adca68568abb1ab525365b000.
    mutating func ticket(_ call: OpenCall, at now: Instant) throws(WeChatError) -> Verdict {
        let host = host(of: call.request)
        let appID = try bearer(of: call.request.accessToken, at: host, now)
        guard let kind = call.request.ticketKind else {
            throw host == .weCom ? .invalidParameter : .invalidArguments
        }
        guard let key = apps[appID]?.app.ticketKey(kind) else {
            preconditionFailure("\(call.request.endpoint) gives a \(kind), which \(appID) cannot have")
        }
        let kept = tickets[key]?.current(at: now)
        let ticket = kept ?? issueTicket(key, at: now)
        return given(
            kept == nil ? .ticketIssued : .ticketRepeated,
            ticket.value,
            ticket.fingerprint,
            for: timing.lifetime,
            to: call
        )
    }

    /// WeChat replaces the app's ticket before its time, or makes its first.
    ///
    /// The replaced one stays usable for the overlap. Returns the new one's fingerprint.
    public mutating func replaceTicket(
        _ kind: TicketKind,
        of appID: String,
        at now: Instant
    ) throws(SimulatorError) -> String {
        guard let app = apps[appID]?.app else { throw .unknownApp(appID) }
        guard let key = app.ticketKey(kind) else {
            let allowed = app.ticketKinds.map(\.rawValue).joined(separator: " and ")
            throw .invalid("\(appID) has no ticket \(kind.rawValue); allowed are \(allowed)")
        }
        return issueTicket(key, at: now).fingerprint
    }

    /// How a ticket stands at a moment, which may be past; nil if it is not remembered.
    ///
    /// A moment to come is answered as if nothing replaced the ticket before its time.
    public func standing(ofTicket ticket: String, at moment: Instant) -> TicketStanding? {
        guard let key = ticketOwners[ticket] else { return nil }
        return tickets[key]?.standing(of: ticket, key, at: moment, overlap: timing.overlap)
    }

    private mutating func issueTicket(_ key: TicketKey, at now: Instant) -> IssuedTicket {
        let value = random.token(length: TicketLine.length)
        var line = tickets[key] ?? TicketLine()
        if let forgotten = line.issue(value, at: now, lifetime: timing.lifetime) { ticketOwners[forgotten] = nil }
        ticketOwners[value] = key
        tickets[key] = line
        guard let ticket = line.newest else { preconditionFailure("no ticket after an issue for \(key)") }
        return ticket
    }
}

extension SimulatedApp {
    /// The kinds of ticket it can ask for.
    var ticketKinds: [SimulatedWeChat.TicketKind] { corporation == nil ? [.jsapi, .wxCard] : [.jsapi, .agentConfig] }

    /// Which ticket it is given; nil for a kind it cannot have.
    ///
    /// WeCom's `jsapi` ticket is the corporation's, and the other is the app's:
    /// https://developer.work.weixin.qq.com/document/path/96909.
    func ticketKey(_ kind: SimulatedWeChat.TicketKind) -> TicketKey? {
        guard ticketKinds.contains(kind) else { return nil }
        if let corporation, kind == .jsapi { return TicketKey(holder: .corporation(corporation), kind: kind) }
        return TicketKey(holder: .app(appID), kind: kind)
    }
}
