internal import KeeperCore

/// Reads the times that must fit together: the lease, WeChat's time-out and WeChat's overlap.
struct LeaseReader {
    let log: ProblemLog

    /// Times that keep every rule of the lease, or stand-ins if a mistake was found.
    struct Times {
        var timing: LeaseTiming
        var overlap: Duration
    }

    static let known = ["ttl"]

    func times(in cluster: ConfigurationSection, _ wechat: ConfigurationSection) -> Times {
        let lease = cluster.section("lease", known: Self.known)
        let ttl = lease.duration("ttl", in: LeaseTiming.allowedTTL, default: Configuration.defaultLease)
        let bounds = LeaseTiming.allowedCallTimeout
        let timeout = wechat.duration("timeout", in: bounds, default: Configuration.defaultTimeout)
        let overlapBounds = Duration.seconds(1)...(.seconds(3600))
        let overlap = wechat.duration("overlap", in: overlapBounds, default: Configuration.defaultOverlap)
        // The rules between the times say nothing worth reading while one of the times is wrong by itself.
        guard let ttl, let timeout, let overlap else { return Self.standIn }
        do {
            let timing = try LeaseTiming(ttl: ttl, callTimeout: timeout)
            if !timing.repairsInTime(overlap: overlap) {
                let warning = "\(DurationText.write(overlap)) is short: a token may die before a takeover repairs it"
                log.warn(wechat.path(of: "overlap"), warning)
            }
            return Times(timing: timing, overlap: overlap)
        } catch {
            explain(error, ttl, timeout, lease, wechat)
            return Self.standIn
        }
    }

    /// Names the rule that does not hold, and the nearest figure that would keep it.
    private func explain(
        _ broken: LeaseRuleBroken,
        _ ttl: Duration,
        _ timeout: Duration,
        _ lease: ConfigurationSection,
        _ wechat: ConfigurationSection
    ) {
        let found = "\(DurationText.write(ttl)) with a wechat.timeout of \(DurationText.write(timeout))"
        switch broken {
        case .callTimeoutOutOfBounds:
            wechat.add("timeout", found: DurationText.write(timeout), allowed: "\(broken)")
        case .noRoomForACall(let needed, let room):
            // Rounded down, so that the figure told does keep the rule.
            let most = Duration.milliseconds((timeout - (needed - room)).milliseconds)
            let fits = most >= LeaseTiming.allowedCallTimeout.lowerBound
            let cure = fits ? " or a wechat.timeout of at most \(DurationText.write(most))" : ""
            lease.add("ttl", found: found, allowed: "a longer lease\(cure) (\(broken))")
        case .ttlOutOfBounds, .commandTimeoutTooLong, .tickTooSlow:
            lease.add("ttl", found: found, allowed: "a lease that keeps the rules (\(broken))")
        }
    }

    private static let standIn: Times = {
        do {
            return Times(timing: try LeaseTiming(), overlap: Configuration.defaultOverlap)
        } catch {
            preconditionFailure("the default lease breaks a rule of its own: \(error)")
        }
    }()
}
