// How often it may be asked.
extension SimulatedWeChat {
    mutating func countClassic(_ appID: String, at now: Instant) throws(WeChatError) {
        guard let quotas = apps[appID]?.app.quotas else { return }
        switch apps[appID]?.classicQuota.take(perDay: quotas.classicPerDay, perMinute: quotas.perMinute, at: now) {
        case .minute: throw .minuteQuota
        case .day: throw .classicDailyQuota
        case nil: return
        }
    }

    mutating func countStable(_ appID: String, at now: Instant) throws(WeChatError) {
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
    mutating func forces(_ isForced: Bool, _ appID: String, at now: Instant) throws(WeChatError) -> Bool {
        guard isForced, let state = apps[appID] else { return false }
        if let last = state.lastForcedAt, now - last < timing.forceSpacing { return false }
        // Which errcode WeChat gives after the twentieth is not known; 45009 is likely.
        guard state.forcedQuota.used(at: now) < state.app.quotas.forcedPerDay else { throw .dailyQuota }
        apps[appID]?.forcedQuota.take(at: now)
        apps[appID]?.lastForcedAt = now
        return true
    }
}
