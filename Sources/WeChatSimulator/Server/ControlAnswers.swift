// The answers of the control interface. Keys are written in snake case: `startNs` is `start_ns`.

/// The answer of `GET /simulator/calls`.
struct CallsMessage: Encodable {
    /// Unix milliseconds of the instant that all other times are counted from.
    let startUnixMs: Int64
    let nowNs: Int64
    /// The newest call there is; ask again with `since` = the last sequence received.
    let last: Int
    let calls: [CallMessage]
}

/// One call.
///
/// Times are counted from the simulator's start on a monotonic clock.
struct CallMessage: Encodable {
    let sequence: Int
    let endpoint: String
    let appid: String?
    let forced: Bool
    let ticket: String?
    let externalProgram: Bool
    let caller: String
    let node: String?
    let epoch: String?
    let debug: String?
    let fault: String?
    let startNs: Int64
    let processedNs: Int64?
    let endNs: Int64?
    let startMs: Int64
    let processedMs: Int64?
    let endMs: Int64?
    let result: String?
    let errcode: Int?
    let ending: String?
    let fingerprint: String?
    let inGrace: Bool

    init(_ record: SimulatedWeChat.CallRecord) {
        sequence = record.sequence
        endpoint = record.endpoint.rawValue
        appid = record.appID
        forced = record.isForced
        ticket = record.ticket?.rawValue
        externalProgram = record.isExternal
        caller = record.caller.address
        node = record.caller.node
        epoch = record.caller.epoch
        debug = record.caller.debug
        fault = record.fault?.name
        startNs = record.startedAt.nanoseconds
        processedNs = record.processedAt?.nanoseconds
        endNs = record.endedAt?.nanoseconds
        startMs = record.startedAt.sinceStart.wholeMilliseconds
        processedMs = record.processedAt?.sinceStart.wholeMilliseconds
        endMs = record.endedAt?.sinceStart.wholeMilliseconds
        (result, errcode) = record.outcome?.words ?? (nil, nil)
        ending = record.ending?.rawValue
        fingerprint = record.fingerprint
        inGrace = record.isInGrace
    }
}

extension SimulatedWeChat.Outcome {
    fileprivate var words: (String?, Int?) {
        switch self {
        case .issued: ("issued", nil)
        case .repeated: ("repeated", nil)
        case .ticketIssued: ("ticket-issued", nil)
        case .ticketRepeated: ("ticket-repeated", nil)
        case .accepted: ("accepted", nil)
        case .refused(let code): ("refused", code)
        }
    }
}

/// The answer of `GET /simulator/overlaps`.
struct OverlapsMessage: Encodable {
    let overlaps: [OverlapMessage]
}

struct OverlapMessage: Encodable {
    let appid: String
    let first: Int
    let second: Int
    let beganNs: Int64
    let endedNs: Int64?

    init(_ overlap: SimulatedWeChat.Overlap) {
        appid = overlap.appID
        first = overlap.first
        second = overlap.second
        beganNs = overlap.beganAt.nanoseconds
        endedNs = overlap.endedAt?.nanoseconds
    }
}

/// The answer of `GET /simulator/apps`.
struct AppsMessage: Encodable {
    let lifetimeMs: Int64
    let overlapMs: Int64
    let renewalWindowMs: Int64
    let apps: [AppSummary]
}

struct AppSummary: Encodable {
    let appid: String
    /// The corpid of an app of WeCom.
    let corporation: String?
    let classic: LineSummary
    let stable: LineSummary
    /// The line of an app of WeCom; others have none.
    let wecom: LineSummary?
    /// The tickets there have been, one of each kind.
    let tickets: [TicketSummary]
    let classicUsedToday: Int
    let stableUsedToday: Int
    let forcedUsedToday: Int
}

struct LineSummary: Encodable {
    /// The newest token, alive or not.
    let accessToken: String?
    let fingerprint: String?
    let issued: Int
    /// Every token that is alive on the grace reading, newest first.
    let alive: [AliveToken]
}

struct AliveToken: Encodable {
    let fingerprint: String
    let newer: Int
    let strictMs: Int64
    let graceMs: Int64
    let promisedMs: Int64
}

extension SimulatedWeChat {
    func summary(of appID: String, at now: Instant) -> AppSummary? {
        guard let state = apps[appID] else { return nil }
        return AppSummary(
            appid: appID,
            corporation: state.app.corporation,
            classic: LineSummary(state.classic, at: now),
            stable: LineSummary(state.stable, at: now),
            wecom: state.app.corporation.map { _ in LineSummary(state.weCom, at: now) },
            tickets: state.app.ticketKinds.compactMap { ticketSummary(of: state.app, $0, at: now) },
            classicUsedToday: state.classicQuota.day.used(at: now),
            stableUsedToday: state.stableQuota.day.used(at: now),
            forcedUsedToday: state.forcedQuota.used(at: now)
        )
    }
}

extension LineSummary {
    fileprivate init(_ line: TokenLine, at now: SimulatedWeChat.Instant) {
        accessToken = line.newest?.value
        fingerprint = line.newest?.fingerprint
        issued = line.issuedCount
        alive = line.tokens.indices.reversed().compactMap { index in
            let standing = line.standing(at: index, now)
            guard standing.grace > .zero else { return nil }
            return AliveToken(
                fingerprint: line.tokens[index].fingerprint,
                newer: standing.newer,
                strictMs: standing.strict.wholeMilliseconds,
                graceMs: standing.grace.wholeMilliseconds,
                promisedMs: standing.promised.wholeMilliseconds
            )
        }
    }
}

/// The answer of `GET /simulator/verify`.
struct VerifyMessage: Encodable {
    let known: Bool
    let alive: Bool
    let aliveGrace: Bool
    let remainingMs: Int64
    let remainingGraceMs: Int64
    /// What is left of the `expires_in` it was issued with.
    let promisedMs: Int64
    let newer: Int?
    let revoked: Bool
    let appid: String?
    let line: String?
    let fingerprint: String

    init(
        token: String,
        _ found: (appID: String, line: SimulatedWeChat.Line, standing: SimulatedWeChat.Standing)?
    ) {
        let standing = found?.standing
        known = found != nil
        alive = (standing?.strict ?? .zero) > .zero
        aliveGrace = (standing?.grace ?? .zero) > .zero
        remainingMs = standing?.strict.wholeMilliseconds ?? 0
        remainingGraceMs = standing?.grace.wholeMilliseconds ?? 0
        promisedMs = standing?.promised.wholeMilliseconds ?? 0
        newer = standing?.newer
        revoked = standing?.isRevoked ?? false
        appid = found?.appID
        line = found?.line.rawValue
        fingerprint = Fingerprint.of(token)
    }
}

/// The answer of `GET /simulator/fault`.
struct FaultsMessage: Encodable {
    let faults: [ArmedFaultMessage]
}

struct ArmedFaultMessage: Encodable {
    let id: Int
    let appid: String?
    let endpoint: String?
    let fault: String
    let processes: Bool
    let remaining: Int?

    init(_ armed: SimulatedWeChat.ArmedFault) {
        id = armed.id
        appid = armed.appID
        endpoint = armed.endpoint?.rawValue
        fault = armed.fault.kind.name
        processes = armed.fault.processes
        remaining = armed.remaining
    }
}

struct FaultIDMessage: Encodable {
    let id: Int
}

struct ClearedMessage: Encodable {
    let cleared: Int
}

struct RevokedMessage: Encodable {
    let revoked: [String]
}

struct FingerprintMessage: Encodable {
    let fingerprint: String
}

struct AppIDMessage: Encodable {
    let appid: String
}
