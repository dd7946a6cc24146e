// Calls that carry an access token: whose it is, and which host's words a refusal has.
extension SimulatedWeChat {
    /// The two hosts that are played at one address.
    enum Host {
        /// `api.weixin.qq.com`
        case weChat
        /// `qyapi.weixin.qq.com`
        case weCom
    }

    /// Which host this was meant for.
    ///
    /// Both have `get_api_domain_ip`; there the token decides, and one that nobody knows is WeChat's.
    func host(of request: Request) -> Host {
        switch request.endpoint {
        case .token, .stableToken, .ticket: .weChat
        case .weComToken, .corporationTicket, .agentTicket: .weCom
        case .domainIP: request.accessToken.flatMap { owners[$0]?.line.host } ?? .weChat
        }
    }

    /// The app whose living token this is.
    ///
    /// To WeChat an old token is "not latest" and only the newest can be expired. WeCom knows no latest one: 42001
    /// is a life that is over, 40014 everything else.
    func bearer(of token: String?, at host: Host, _ now: Instant) throws(WeChatError) -> String {
        let invalid = host == .weCom ? WeChatError.weComTokenInvalid : .tokenInvalid
        guard let token, !token.isEmpty else { throw .tokenMissing }
        guard let found = standing(of: token, at: now), found.line.host == host else { throw invalid }
        guard found.standing.strict > .zero else {
            let mayBeExpired = found.standing.newer == 0 || host == .weCom
            throw mayBeExpired && !found.standing.isRevoked ? .tokenExpired : invalid
        }
        return found.appID
    }

    /// Whether this host refuses a token that is alive on the grace reading.
    func isInGrace(_ token: String, at host: Host, _ now: Instant) -> Bool {
        guard let found = standing(of: token, at: now), found.line.host == host else { return false }
        return found.standing.strict == .zero && found.standing.grace > .zero
    }

    /// The answer of `get_api_domain_ip`.
    func addresses(_ call: OpenCall, at now: Instant) throws(WeChatError) -> Verdict {
        let host = host(of: call.request)
        _ = try bearer(of: call.request.accessToken, at: host, now)
        let list = #""ip_list":["101.226.103.106","101.226.62.77","58.246.220.31"]"#
        var verdict = Verdict(.accepted)
        verdict.body = host == .weCom ? #"{\#(list),"errcode":0,"errmsg":"ok"}"# : "{\(list)}"
        verdict.fingerprint = call.request.accessToken.map(Fingerprint.of)
        return verdict
    }
}

extension SimulatedWeChat.Line {
    fileprivate var host: SimulatedWeChat.Host { self == .weCom ? .weCom : .weChat }
}
