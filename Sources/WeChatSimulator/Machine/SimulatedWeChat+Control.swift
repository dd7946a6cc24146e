// What tests, drills and people may do to the simulated WeChat, and see of it.
extension SimulatedWeChat {
    /// Gives an app that is there another secret, allow-list, quota or token length; its tokens stay as they are.
    public mutating func update(_ app: SimulatedApp) throws(SimulatorError) {
        guard let known = apps[app.appID]?.app else { throw .unknownApp(app.appID) }
        guard app.corporation == known.corporation else {
            throw .invalid("the corporation of \(app.appID) is \(known.corporation ?? "none"), and stays so")
        }
        try requireOwnSecret(app)
        apps[app.appID]?.app = app
    }

    /// Arms a fault for the calls that match; nil matches all.
    ///
    /// Returns its number.
    public mutating func arm(
        _ fault: Fault,
        appID: String? = nil,
        endpoint: Endpoint? = nil,
        times: Int? = nil
    ) throws(SimulatorError) -> Int {
        guard faults.armed.count < limits.faults else { throw .full("faults; the limit is \(limits.faults)") }
        if let times, times < 1 { throw .invalid("times is \(times); allowed is 1 or more, or nothing: until cleared") }
        return faults.arm(fault, appID: appID, endpoint: endpoint, times: times)
    }

    /// Clears the armed faults that match every argument given; all of them without arguments.
    ///
    /// Returns how many.
    public mutating func clearFaults(id: Int? = nil, appID: String? = nil, endpoint: Endpoint? = nil) -> Int {
        faults.clear(id: id, appID: appID, endpoint: endpoint)
    }

    /// The faults that wait, oldest first.
    public var armedFaults: [ArmedFault] { faults.armed }

    /// Withdraws the newest token of the app on one line or all: dead at once, on both readings.
    ///
    /// Returns the fingerprints of the withdrawn tokens.
    public mutating func revoke(_ appID: String, line: Line? = nil) throws(SimulatorError) -> [String] {
        guard apps[appID] != nil else { throw .unknownApp(appID) }
        return Line.allCases.filter { line == nil || line == $0 }.compactMap { line in
            apps[appID]?[line].revokeNewest()?.fingerprint
        }
    }

    /// Somebody outside the cluster fetches a token on the classic line: the classic accident.
    ///
    /// Returns the token's fingerprint. Quotas do not count it. An app of WeCom is refused: there such a fetch is
    /// given the token that everybody has.
    public mutating func rotateExternally(_ appID: String, at now: Instant) throws(SimulatorError) -> String {
        guard let app = apps[appID]?.app else { throw .unknownApp(appID) }
        guard app.corporation == nil else { throw .invalid("\(appID) is an app of WeCom and has no classic line") }
        let token = issue(appID, .classic, at: now)
        var record = CallRecord(
            sequence: log.nextSequence,
            request: .token(Credentials(appID: appID, secret: nil)),
            appID: appID,
            caller: Caller(address: "external program"),
            fault: nil,
            isExternal: true,
            at: now
        )
        record.processedAt = now
        record.endedAt = now
        record.outcome = .issued
        record.ending = .answered
        record.fingerprint = token.fingerprint
        log.append(record)
        return token.fingerprint
    }

    /// Whose token this is and how it stands; nil if no line remembers it.
    public func standing(of token: String, at now: Instant) -> (appID: String, line: Line, standing: Standing)? {
        guard let owner = owners[token] else { return nil }
        guard let standing = apps[owner.appID]?[owner.line].standing(of: token, at: now) else { return nil }
        return (owner.appID, owner.line, standing)
    }

    /// Calls after number `sequence` in the order of arrival, of one app or of all.
    public func calls(after sequence: Int = 0, appID: String? = nil, limit: Int = .max) -> [CallRecord] {
        log.records(after: sequence, appID: appID, limit: limit)
    }

    /// The number of the newest call; 0 before the first.
    public var lastSequence: Int { log.lastSequence }
}
