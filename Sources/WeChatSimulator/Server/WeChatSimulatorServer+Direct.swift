// The control interface without HTTP, for tests in the same process.
extension WeChatSimulatorServer {
    /// The simulator's present.
    public var now: SimulatedWeChat.Instant { state.now }

    /// Adds an app.
    public func add(_ app: SimulatedApp) throws(SimulatorError) {
        try state.step { machine, _ throws(SimulatorError) in try machine.add(app) }
    }

    /// Gives an app another secret, allow-list, quota or token length.
    public func update(_ app: SimulatedApp) throws(SimulatorError) {
        try state.step { machine, _ throws(SimulatorError) in try machine.update(app) }
    }

    /// Arms a fault for the calls that match; nil matches all, and `times` nil means until cleared.
    @discardableResult
    public func arm(
        _ fault: SimulatedWeChat.Fault,
        appID: String? = nil,
        endpoint: SimulatedWeChat.Endpoint? = nil,
        times: Int? = nil
    ) throws(SimulatorError) -> Int {
        try state.step { machine, _ throws(SimulatorError) in
            try machine.arm(fault, appID: appID, endpoint: endpoint, times: times)
        }
    }

    /// Clears the armed faults that match every argument given; all of them without arguments.
    @discardableResult
    public func clearFaults(
        id: Int? = nil,
        appID: String? = nil,
        endpoint: SimulatedWeChat.Endpoint? = nil
    ) -> Int {
        state.step { machine, _ in machine.clearFaults(id: id, appID: appID, endpoint: endpoint) }
    }

    /// Withdraws the newest token of the app on one line or all.
    public func revoke(_ appID: String, line: SimulatedWeChat.Line? = nil) throws(SimulatorError) {
        _ = try state.step { machine, _ throws(SimulatorError) in try machine.revoke(appID, line: line) }
    }

    /// Somebody outside the cluster fetches a token on the classic line.
    public func rotateExternally(_ appID: String) throws(SimulatorError) {
        _ = try state.step { machine, now throws(SimulatorError) in try machine.rotateExternally(appID, at: now) }
    }

    /// How a token stands now; nil if no line remembers it.
    public func standing(of token: String) -> SimulatedWeChat.Standing? {
        state.step { machine, now in machine.standing(of: token, at: now)?.standing }
    }

    /// WeChat replaces the app's ticket before its time, or makes its first.
    ///
    /// The replaced one stays usable for the overlap. Returns the new one's fingerprint.
    @discardableResult
    public func replaceTicket(
        _ kind: SimulatedWeChat.TicketKind,
        of appID: String
    ) throws(SimulatorError) -> String {
        try state.step { machine, now throws(SimulatorError) in try machine.replaceTicket(kind, of: appID, at: now) }
    }

    /// How a ticket stands at a moment, which may be past, or now; nil if it is not remembered.
    public func standing(
        ofTicket ticket: String,
        at moment: SimulatedWeChat.Instant? = nil
    ) -> SimulatedWeChat.TicketStanding? {
        state.step { machine, now in machine.standing(ofTicket: ticket, at: moment ?? now) }
    }

    /// Calls after number `sequence` in the order of arrival, of one app or of all.
    public func calls(after sequence: Int = 0, appID: String? = nil) -> [SimulatedWeChat.CallRecord] {
        state.step { machine, _ in machine.calls(after: sequence, appID: appID) }
    }
}
