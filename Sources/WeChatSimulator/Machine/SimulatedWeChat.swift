/// A WeChat that keeps its documented promises, and breaks them on demand.
///
/// A machine: requests and the time go in, replies and a log come out. It reads no clock, has its own source of
/// chance, touches no socket; the shell is `WeChatSimulatorServer`.
///
/// A call goes through three doors. `arrive` writes it to the log and says which fault strikes it; `process` has
/// its effect, at one moment; `finish` notes how it ended.
///
/// What is played: classic tokens (each call issues one), stable tokens (normal and forced), the tokens of WeCom,
/// tickets, the question whether a token is alive, quotas, the allow-list of addresses, and the literal error
/// replies. What is not: third-party platforms, the quotas of tickets and of WeCom, the confirmation of unknown
/// addresses by an administrator.
public struct SimulatedWeChat: Sendable {
    /// How long tokens live.
    public let timing: Timing
    /// What is held at most.
    public let limits: Limits

    var apps: [String: AppState] = [:]
    /// The apps in the order they were added.
    private(set) var appIDs: [String] = []
    /// Whose a token is.
    ///
    /// Holds every token that its line remembers.
    private(set) var owners: [String: TokenOwner] = [:]
    /// The apps of each WeCom corporation, in the order they were added.
    private(set) var corporations: [String: [String]] = [:]
    var tickets: [TicketKey: TicketLine] = [:]
    /// Whose a ticket is.
    ///
    /// Holds every ticket that its line remembers.
    var ticketOwners: [String: TicketKey] = [:]
    var random: SplitMix64
    /// Unix seconds at the start; only the `rid` or `hint` of an error shows them.
    private let startUnixSeconds: Int64
    var faults = FaultBoard()
    var log: CallLog

    struct TokenOwner: Equatable {
        let appID: String
        let line: Line
    }

    struct AppState: Equatable {
        var app: SimulatedApp
        var classic = TokenLine()
        var stable = TokenLine()
        var weCom = TokenLine()
        var classicQuota = QuotaCounters()
        var stableQuota = QuotaCounters()
        var forcedQuota = QuotaCounter(window: .seconds(86_400))
        var lastForcedAt: Instant?

        subscript(line: Line) -> TokenLine {
            get {
                switch line {
                case .classic: classic
                case .stable: stable
                case .weCom: weCom
                }
            }
            set {
                switch line {
                case .classic: classic = newValue
                case .stable: stable = newValue
                case .weCom: weCom = newValue
                }
            }
        }
    }

    /// A WeChat without apps.
    ///
    /// The same seed gives the same tokens.
    public init(timing: Timing, limits: Limits = Limits(), seed: UInt64, startUnixSeconds: Int64 = 0) {
        self.timing = timing
        self.limits = limits
        self.random = SplitMix64(seed: seed)
        self.startUnixSeconds = startUnixSeconds
        self.log = CallLog(capacity: limits.calls)
    }

    /// Adds an app.
    public mutating func add(_ app: SimulatedApp) throws(SimulatorError) {
        guard apps[app.appID] == nil else { throw .duplicateApp(app.appID) }
        guard apps.count < limits.apps else { throw .full("apps; the limit is \(limits.apps)") }
        try requireOwnSecret(app)
        apps[app.appID] = AppState(app: app)
        appIDs.append(app.appID)
        if let corporation = app.corporation { corporations[corporation, default: []].append(app.appID) }
    }
}

// MARK: The three doors

extension SimulatedWeChat {
    /// A whole request has arrived.
    public mutating func arrive(_ request: Request, from caller: Caller, at now: Instant) -> OpenCall {
        let appID = appID(of: request)
        let fault = faults.strike(appID: appID, endpoint: request.endpoint)
        let call = OpenCall(
            sequence: log.nextSequence,
            request: request,
            address: caller.address,
            fault: fault
        )
        log.append(
            CallRecord(
                sequence: call.sequence,
                request: request,
                appID: appID,
                caller: caller,
                fault: fault,
                at: now
            )
        )
        return call
    }

    /// The call has its effect, now, unless the fault that strikes it prevents that.
    public mutating func process(_ call: OpenCall, at now: Instant) -> Reply {
        let processes = call.fault?.processes ?? true
        var verdict = processes ? decide(call, at: now) : Verdict()
        if case .error(let error)? = call.fault?.kind {
            verdict.body = body(of: error, to: call, at: now)
            // The log tells the truth about tokens: an issue whose caller was told an error stays an issue.
            if !processes { verdict.outcome = .refused(error.code) }
        }
        log.update(call.sequence) { record in
            record.processedAt = verdict.outcome == nil ? nil : now
            record.outcome = verdict.outcome
            record.fingerprint = verdict.fingerprint
            record.isInGrace = verdict.isInGrace
            if record.ending != nil, record.endedAt == nil { record.endedAt = now }
        }
        return Reply(body: verdict.body)
    }

    /// The connection has done with the call.
    ///
    /// Only the first ending counts.
    ///
    /// A caller may leave while its call waits to be processed; such a call is not over before it has had its effect.
    public mutating func finish(_ sequence: Int, as ending: Ending, at now: Instant) {
        log.update(sequence) { record in
            guard record.ending == nil else { return }
            record.ending = ending
            if record.processedAt != nil || !record.willBeProcessed { record.endedAt = now }
        }
    }

    private func appID(of request: Request) -> String? {
        switch request {
        case .token(let credentials), .stableToken(let credentials, _): credentials.appID.map { String($0.prefix(128)) }
        case .weComToken(let credentials):
            weComApp(credentials) ?? credentials.corporation.map { String($0.prefix(128)) }
        case .domainIP, .ticket, .corporationTicket, .agentTicket:
            request.accessToken.flatMap { owners[$0]?.appID }
        case .malformed: nil
        }
    }
}

// MARK: Deciding

extension SimulatedWeChat {
    /// What processing came to, and the body that says so.
    struct Verdict {
        var outcome: Outcome?
        var body = ""
        var fingerprint: String?
        var isInGrace = false

        init(_ outcome: Outcome? = nil) { self.outcome = outcome }
    }

    private mutating func decide(_ call: OpenCall, at now: Instant) -> Verdict {
        do throws(WeChatError) {
            switch call.request {
            case .malformed(_, let error):
                throw error
            case .token(let credentials):
                let appID = try admitted(credentials, from: call.address)
                try countClassic(appID, at: now)
                let token = issue(appID, .classic, at: now)
                return given(.issued, token.value, token.fingerprint, for: token.expiresAt - now, to: call)
            case .stableToken(let credentials, let isForced):
                let appID = try admitted(credentials, from: call.address)
                try countStable(appID, at: now)
                let mayKeep = try !forces(isForced, appID, at: now)
                let kept = mayKeep ? kept(appID, at: now) : nil
                let token = kept ?? issue(appID, .stable, at: now)
                let outcome = kept == nil ? Outcome.issued : .repeated
                return given(outcome, token.value, token.fingerprint, for: token.expiresAt - now, to: call)
            case .weComToken(let credentials):
                return try weComToken(credentials, call, at: now)
            case .ticket, .corporationTicket, .agentTicket:
                return try ticket(call, at: now)
            case .domainIP:
                return try addresses(call, at: now)
            }
        } catch {
            var verdict = Verdict(.refused(error.code))
            verdict.body = body(of: error, to: call, at: now)
            if let token = call.request.accessToken {
                verdict.fingerprint = Fingerprint.of(token)
                verdict.isInGrace = isInGrace(token, at: host(of: call.request), now)
            }
            return verdict
        }
    }

    /// WeChat looks at the appid first: a wrong one is 40013 whatever else is wrong.
    private func admitted(_ credentials: Credentials, from address: String) throws(WeChatError) -> String {
        guard let appID = credentials.appID, !appID.isEmpty else { throw .appIDMissing }
        guard let state = apps[appID], state.app.corporation == nil else { throw .invalidAppID }
        guard credentials.grantType == "client_credential" else { throw .invalidGrantType }
        guard let secret = credentials.secret, !secret.isEmpty else { throw .secretMissing }
        guard secret == state.app.secret else { throw .invalidSecret }
        guard state.app.admits(address) else { throw .addressRefused(address) }
        return appID
    }

    /// The stable token, unless it has entered its renewal window or is dead.
    private func kept(_ appID: String, at now: Instant) -> IssuedToken? {
        guard let line = apps[appID]?.stable, line.newestRemaining(at: now) > timing.renewalWindow else { return nil }
        return line.newest
    }

    /// What is given to the caller, in the form its fault wants.
    func given(
        _ outcome: Outcome,
        _ value: String,
        _ fingerprint: String,
        for life: Duration,
        to call: OpenCall
    ) -> Verdict {
        var expiresIn: String? = String(life.wholeSeconds)
        var value = value
        switch call.fault?.kind {
        case .expiresIn(let text): expiresIn = text
        case .emptyToken: value = ""
        default: break
        }
        var verdict = Verdict(outcome)
        verdict.body = call.request.endpoint.success(value, expiresIn: expiresIn)
        verdict.fingerprint = fingerprint
        return verdict
    }

    mutating func issue(_ appID: String, _ line: Line, at now: Instant) -> IssuedToken {
        guard var state = apps[appID] else { preconditionFailure("issue for the unknown app \(appID)") }
        let value = random.token(length: state.app.tokenLength)
        // WeCom documents no hand-over.
        let overlap = line == .weCom ? nil : timing.overlap
        let forgotten = state[line].issue(value, at: now, lifetime: timing.lifetime, overlap: overlap)
        owners[value] = TokenOwner(appID: appID, line: line)
        if let forgotten { owners[forgotten] = nil }
        apps[appID] = state
        guard let token = state[line].newest else { preconditionFailure("no token after an issue for \(appID)") }
        return token
    }

    private mutating func body(of error: WeChatError, to call: OpenCall, at now: Instant) -> String {
        let seconds = startUnixSeconds + now.sinceStart.wholeSeconds
        switch host(of: call.request) {
        case .weChat:
            // The first group is the time, as WeChat has it.
            let time = hexadecimal(UInt32(truncatingIfNeeded: seconds))
            return error.body(rid: "\(time)-\(random.group())-\(random.group())")
        case .weCom:
            return error.body(hint: "\(seconds)\(random.digits(15))", from: call.address)
        }
    }
}
