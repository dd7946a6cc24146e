// WeCom: https://developer.work.weixin.qq.com/document/path/91039.
extension SimulatedWeChat {
    /// The token of an app of WeCom: the same for its whole life, with the whole seconds that are left of it.
    ///
    /// A new one is issued once it is withdrawn, or has less than a whole second left; that second it keeps. There
    /// is no hand-over. That the same token comes back is what the page said until about 2023 and what is seen.
    mutating func weComToken(
        _ credentials: WeComCredentials,
        _ call: OpenCall,
        at now: Instant
    ) throws(WeChatError) -> Verdict {
        // The order is WeCom's: a call without any parameter is told that the secret is missing.
        guard let secret = credentials.secret, !secret.isEmpty else { throw .corporationSecretMissing }
        guard let corporation = credentials.corporation, !corporation.isEmpty else { throw .corporationMissing }
        guard corporations[corporation] != nil else { throw .invalidCorporation }
        guard let appID = weComApp(credentials) else { throw .invalidCredential }
        if let line = apps[appID]?.weCom, let token = line.newest, line.newestRemaining(at: now) >= .seconds(1) {
            return given(.repeated, token.value, token.fingerprint, for: token.expiresAt - now, to: call)
        }
        let token = issue(appID, .weCom, at: now)
        return given(.issued, token.value, token.fingerprint, for: token.expiresAt - now, to: call)
    }

    /// The app of the corporation whose secret this is.
    func weComApp(_ credentials: WeComCredentials) -> String? {
        guard let corporation = credentials.corporation, let secret = credentials.secret else { return nil }
        return corporations[corporation]?.first { apps[$0]?.app.secret == secret }
    }

    /// WeCom tells the apps of a corporation apart by their secrets alone.
    func requireOwnSecret(_ app: SimulatedApp) throws(SimulatorError) {
        guard let corporation = app.corporation else { return }
        let owner = weComApp(WeComCredentials(corporation: corporation, secret: app.secret))
        guard owner == nil || owner == app.appID else {
            throw .invalid("the secret of \(app.appID) is that of another app of \(corporation); each has its own")
        }
    }
}
