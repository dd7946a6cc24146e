/// A WeChat that keeps its documented promises, and breaks them on demand.
///
/// A machine: requests and the time go in, replies and a log come out. It reads no clock, has its own source of
/// chance, touches no socket; the shell is `WeChatSimulatorServer`.
///
/// A call goes through three doors. `arrive` writes it to the log and says which fault strikes it; `process` has
/// its effect, at one moment; `finish` notes how it ended.
///
/// What is played: classic tokens (each call issues one), stable tokens (normal and forced), the question
/// whether a token is alive, quotas, the allow-list of addresses, and the literal error replies. What is not:
/// tickets, WeCom, third-party platforms, the confirmation of unknown addresses by an administrator.
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
    private var random: SplitMix64
    /// Unix seconds at the start; only the `rid` of an error shows them.
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
        var classicQuota = QuotaCounters()
        var stableQuota = QuotaCounters()
        var forcedQuota = QuotaCounter(window: .seconds(86_400))
        var lastForcedAt: Instant?

        subscript(line: Line) -> TokenLine {
            get { line == .classic ? classic : stable }
            set { if line == .classic { classic = newValue } else { stable = newValue } }
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
        apps[app.appID] = AppState(app: app)
        appIDs.append(app.appID)
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
            verdict.body = error.body(rid: rid(at: now))
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
        case .domainIP(let token): token.flatMap { owners[$0]?.appID }
        case .malformed: nil
        }
    }
}

// MARK: Deciding

extension SimulatedWeChat {
    /// What processing came to, and the body that says so.
    private struct Verdict {
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
                return tokenVerdict(.issued, appID, .classic, issue(appID, .classic, at: now), call.fault, now)
            case .stableToken(let credentials, let isForced):
                let appID = try admitted(credentials, from: call.address)
                try countStable(appID, at: now)
                let mayKeep = try !forces(isForced, appID, at: now)
                if mayKeep, let token = kept(appID, at: now) {
                    return tokenVerdict(.repeated, appID, .stable, token, call.fault, now)
                }
                return tokenVerdict(.issued, appID, .stable, issue(appID, .stable, at: now), call.fault, now)
            case .domainIP(let token):
                return try standingVerdict(token, at: now)
            }
        } catch {
            var verdict = Verdict(.refused(error.code))
            verdict.body = error.body(rid: rid(at: now))
            if case .domainIP(let token?) = call.request {
                verdict.fingerprint = Fingerprint.of(token)
                verdict.isInGrace = standing(of: token, at: now).map { $0.standing.grace > .zero } ?? false
            }
            return verdict
        }
    }

    /// WeChat looks at the appid first: a wrong one is 40013 whatever else is wrong.
    private func admitted(_ credentials: Credentials, from address: String) throws(WeChatError) -> String {
        guard let appID = credentials.appID, !appID.isEmpty else { throw .appIDMissing }
        guard let state = apps[appID] else { throw .invalidAppID }
        guard credentials.grantType == "client_credential" else { throw .invalidGrantType }
        guard let secret = credentials.secret, !secret.isEmpty else { throw .secretMissing }
        guard secret == state.app.secret else { throw .invalidSecret }
        guard state.app.admits(address) else { throw .addressRefused(address) }
        return appID
    }

    private mutating func countClassic(_ appID: String, at now: Instant) throws(WeChatError) {
        guard let quotas = apps[appID]?.app.quotas else { return }
        switch apps[appID]?.classicQuota.take(perDay: quotas.classicPerDay, perMinute: quotas.perMinute, at: now) {
        case .minute: throw .minuteQuota
        case .day: throw .classicDailyQuota
        case nil: return
        }
    }

    private mutating func countStable(_ appID: String, at now: Instant) throws(WeChatError) {
        guard let quotas = apps[appID]?.app.quotas else { return }
        switch apps[appID]?.stableQuota.take(perDay: quotas.stablePerDay, perMinute: quotas.perMinute, at: now) {
        case .minute: throw .minuteQuota
        case .day: throw .dailyQuota
        case nil: return
        }
    }

    /// Whether this call must issue because it is forced.
    ///
    /// One that comes too soon after another is an ordinary one.
    private mutating func forces(_ isForced: Bool, _ appID: String, at now: Instant) throws(WeChatError) -> Bool {
        guard isForced, let state = apps[appID] else { return false }
        if let last = state.lastForcedAt, now - last < timing.forceSpacing { return false }
        // Which errcode WeChat gives after the twentieth is not known; 45009 is likely.
        guard state.forcedQuota.used(at: now) < state.app.quotas.forcedPerDay else { throw .dailyQuota }
        apps[appID]?.forcedQuota.take(at: now)
        apps[appID]?.lastForcedAt = now
        return true
    }

    /// The stable token, unless it has entered its renewal window or is dead.
    private func kept(_ appID: String, at now: Instant) -> IssuedToken? {
        guard let line = apps[appID]?.stable, line.newestRemaining(at: now) > timing.renewalWindow else { return nil }
        return line.newest
    }

    private func tokenVerdict(
        _ outcome: Outcome,
        _ appID: String,
        _ line: Line,
        _ token: IssuedToken,
        _ fault: Fault?,
        _ now: Instant
    ) -> Verdict {
        var expiresIn: String? = String((token.expiresAt - now).wholeSeconds)
        var value = token.value
        switch fault?.kind {
        case .expiresIn(let text): expiresIn = text
        case .emptyToken: value = ""
        default: break
        }
        var verdict = Verdict(outcome)
        verdict.body = JSONText.token(value, expiresIn: expiresIn)
        verdict.fingerprint = token.fingerprint
        return verdict
    }

    private func standingVerdict(_ token: String?, at now: Instant) throws(WeChatError) -> Verdict {
        guard let token, !token.isEmpty else { throw .tokenMissing }
        guard let standing = standing(of: token, at: now)?.standing else { throw .tokenInvalid }
        guard standing.strict > .zero else {
            throw standing.newer == 0 && !standing.isRevoked ? .tokenExpired : .tokenInvalid
        }
        var verdict = Verdict(.accepted)
        verdict.body = #"{"ip_list":["101.226.103.106","101.226.62.77","58.246.220.31"]}"#
        verdict.fingerprint = Fingerprint.of(token)
        return verdict
    }

    mutating func issue(_ appID: String, _ line: Line, at now: Instant) -> IssuedToken {
        guard var state = apps[appID] else { preconditionFailure("issue for the unknown app \(appID)") }
        let value = random.token(length: state.app.tokenLength)
        let forgotten = state[line].issue(value, at: now, timing: timing)
        owners[value] = TokenOwner(appID: appID, line: line)
        if let forgotten { owners[forgotten] = nil }
        apps[appID] = state
        guard let token = state[line].newest else { preconditionFailure("no token after an issue for \(appID)") }
        return token
    }

    /// The first group is the time, as WeChat has it.
    private mutating func rid(at now: Instant) -> String {
        let seconds = UInt32(truncatingIfNeeded: startUnixSeconds + now.sinceStart.wholeSeconds)
        return "\(hexadecimal(seconds))-\(random.group())-\(random.group())"
    }
}
