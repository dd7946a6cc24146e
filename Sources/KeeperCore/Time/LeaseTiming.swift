/// Every time of the lease protocol.
///
/// Two are configured, the lease length and WeChat's time-out; the rest follows.
///
/// The names in parentheses are those of `docs/guarantees.md`.
public struct LeaseTiming: Equatable, Sendable {
    /// Length of a lease (L, `lease.ttl`).
    public let ttl: Duration
    /// Total time-out of one call to WeChat (C, `wechat.timeout`).
    public let callTimeout: Duration
    /// Time between two renewals, before jitter (r = L/4).
    public let renewalPeriod: Duration
    /// Time between two ticks of a node: poll and heartbeat (p).
    public let tickPeriod: Duration
    /// Time-out of one command to the store (t_c).
    public let commandTimeout: Duration
    /// Bound on the rate error of any node's clock (ρ).
    public let clockDrift: Double
    /// Guard taken off every lease (ε).
    public let guardTime: Duration
    /// How late WeChat may still process a request that we gave up (δ).
    public let lateness: Duration
    /// How long a renewal seen elsewhere must have gone unchanged before its holder is surely over (L′ = L(1+ρ)+ε).
    public let observation: Duration
    /// How long a grant lets its holder act, counted from before the request was sent (L(1−ρ)−ε).
    public let validity: Duration
    /// How long a refresh waits for a leader before it is answered 503 (L′ + p + δ + 1 s).
    public let hold: Duration
    /// Time a call needs to be left on the lease when it starts (C + ε).
    public let callBudget: Duration
    /// How long a member record lives without a heartbeat (6·p).
    public let memberTTL: Duration
    /// Time-out of one request between nodes: the longest hold and one verification and one call.
    public let forwardTimeout: Duration

    /// Bounds of a lease that anybody would want; outside them a figure is a slip of the pen.
    public static let allowedTTL: ClosedRange<Duration> = .seconds(2)...(.seconds(300))
    /// Bounds of WeChat's time-out.
    public static let allowedCallTimeout: ClosedRange<Duration> = .milliseconds(100)...(.seconds(60))

    /// Derives all times from the lease length and WeChat's time-out.
    /// - Throws: the first rule that does not hold, with its figures. Patroni and client-go refuse to start so too.
    public init(ttl: Duration = .seconds(6), callTimeout: Duration = .seconds(3)) throws(LeaseRuleBroken) {
        guard Self.allowedTTL.contains(ttl) else { throw .ttlOutOfBounds(found: ttl) }
        guard Self.allowedCallTimeout.contains(callTimeout) else { throw .callTimeoutOutOfBounds(found: callTimeout) }
        self.ttl = ttl
        self.callTimeout = callTimeout
        renewalPeriod = ttl / 4
        tickPeriod = min(max(ttl / 16, .milliseconds(250)), .seconds(1))
        commandTimeout = min(max(ttl / 12, .milliseconds(300)), .seconds(1))
        clockDrift = 0.01
        guardTime = ttl < .seconds(5) ? .milliseconds(200) : .milliseconds(250)
        lateness = .seconds(2)
        observation = ttl.scaled(by: 1 + clockDrift) + guardTime
        validity = ttl.scaled(by: 1 - clockDrift) - guardTime
        hold = observation + tickPeriod + lateness + .seconds(1)
        forwardTimeout = hold + callTimeout * 2
        memberTTL = tickPeriod * 6
        callBudget = callTimeout + guardTime
        try check()
    }

    private func check() throws(LeaseRuleBroken) {
        let room = ttl.scaled(by: 1 - clockDrift)
        let needed = callTimeout + renewalPeriod + commandTimeout + guardTime * 2
        guard needed <= room else { throw .noRoomForACall(needed: needed, room: room) }
        guard commandTimeout * 4 <= ttl else { throw .commandTimeoutTooLong(found: commandTimeout, ttl: ttl) }
        guard tickPeriod <= renewalPeriod else { throw .tickTooSlow(found: tickPeriod, renewal: renewalPeriod) }
    }

    /// Pause before a failed renewal is tried again.
    public var renewalRetry: Duration { .milliseconds(300) }

    /// Whether a takeover surely repairs an uncertain token before WeChat drops it (L′ + p + 2δ + C < 0.9·overlap).
    public func repairsInTime(overlap: Duration) -> Bool {
        observation + tickPeriod + lateness * 2 + callTimeout < overlap.scaled(by: 0.9)
    }
}

/// A rule between the times that does not hold, so that the program must not start.
public enum LeaseRuleBroken: Error, Equatable, Sendable, CustomStringConvertible {
    /// `lease.ttl` is outside `LeaseTiming.allowedTTL`.
    case ttlOutOfBounds(found: Duration)
    /// `wechat.timeout` is outside `LeaseTiming.allowedCallTimeout`.
    case callTimeoutOutOfBounds(found: Duration)
    /// C + r + t_c + 2ε ≤ L(1−ρ): a call must fit into the steady state without an extra renewal.
    case noRoomForACall(needed: Duration, room: Duration)
    /// 4·t_c ≤ L: several commands must be able to fail within one lease.
    case commandTimeoutTooLong(found: Duration, ttl: Duration)
    /// p ≤ r.
    case tickTooSlow(found: Duration, renewal: Duration)

    /// Whether the figure at fault is WeChat's time-out rather than the lease.
    public var concernsCallTimeout: Bool {
        if case .callTimeoutOutOfBounds = self { true } else { false }
    }

    /// What is wrong, and what is allowed.
    public var description: String {
        switch self {
        case .ttlOutOfBounds(let found):
            "the lease is \(found) long; allowed are \(LeaseTiming.allowedTTL.lowerBound) to "
                + "\(LeaseTiming.allowedTTL.upperBound)"
        case .callTimeoutOutOfBounds(let found):
            "WeChat's time-out is \(found); allowed are \(LeaseTiming.allowedCallTimeout.lowerBound) to "
                + "\(LeaseTiming.allowedCallTimeout.upperBound)"
        case .noRoomForACall(let needed, let room):
            "a call does not fit into the lease: timeout + ttl/4 + command time-out + 2 guards = \(needed), "
                + "but the lease leaves \(room) (ttl less 1 %); lengthen lease.ttl or shorten wechat.timeout"
        case .commandTimeoutTooLong(let timeout, let ttl):
            "four command time-outs of \(timeout) do not fit into the lease of \(ttl)"
        case .tickTooSlow(let tick, let renewal):
            "the tick of \(tick) is slower than the renewal of \(renewal)"
        }
    }
}
