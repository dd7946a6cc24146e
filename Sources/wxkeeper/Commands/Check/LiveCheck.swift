internal import CurlClient
internal import KeeperCore
internal import KeeperPorts
internal import RedisClient
internal import RedisStores
internal import WeChatAPI

/// Asks Redis and WeChat whether a configuration would work here. Changes nothing: it writes nothing to Redis and calls
/// no endpoint of WeChat's that issues a token.
struct LiveCheck {
    let configuration: Configuration

    /// What was found in one place.
    struct Finding: Equatable {
        /// One word.
        var place: String
        var text: String
        var verdict = Verdict.good
    }

    /// What it means for whoever wants to start a node.
    enum Verdict: Equatable {
        case good
        /// It works, but not for ever.
        case warning
        /// It does not work; `check` ends so.
        case bad(ExitStatus)
    }

    /// Of each question.
    private static let patience = Duration.seconds(5)

    /// Everything that was found, good or bad.
    func run() async -> [Finding] {
        let curl = CurlClient()
        let (redis, found) = await askRedis()
        var findings = redis
        for url in addresses { findings.append(await reach(url, curl)) }
        guard let found else {
            return findings + [Finding(place: "token", text: "none is kept yet, so none was tried")]
        }
        return findings + [await tryToken(found.token, of: found.app, curl)]
    }

    private func askRedis() async -> ([Finding], (app: AppID, token: Token)?) {
        let address = configuration.cluster.redis.address
        do throws(RedisError) {
            let redis = try await RedisInspection(
                of: configuration.redisEndpoint, cluster: configuration.cluster.name,
                apps: configuration.apps.map(\.id), before: .now + Self.patience)
            var findings = [Finding(place: "redis", text: "\(redis.version) at \(address) lets us in and runs scripts")]
            if let policy = redis.evictionPolicy, policy != "noeviction" {
                let text = "maxmemory-policy is \(policy): it may drop the lease and tokens; set noeviction"
                findings.append(Finding(place: "redis", text: text, verdict: .warning))
            }
            return (findings, redis.found)
        } catch {
            let status: ExitStatus =
                switch error {
                case .rejected: .failed
                case .notSent, .timedOut, .connectionLost, .cancelled: .unreachable
                }
            return ([Finding(place: "redis", text: "\(error)", verdict: .bad(status))], nil)
        }
    }

    /// Every address of WeChat's that a node would call.
    private var addresses: [String] {
        let wechat = configuration.wechat
        let kinds = Set(configuration.apps.map { $0.corporation != nil })
        return (kinds.contains(false) ? [wechat.baseURL] + wechat.fallbackURLs : [])
            + (kinds.contains(true) ? [wechat.wecomURL] : [])
    }

    /// Connects, and asks nothing once the connection and its certificate are good.
    private func reach(_ address: String, _ curl: CurlClient) async -> Finding {
        func finding(_ text: String, _ verdict: Verdict = .good) -> Finding {
            Finding(place: "wechat", text: "\(address) \(text)", verdict: verdict)
        }
        guard let url = try? RequestURL(address) else { return finding("is no URL", .bad(.configuration)) }
        do throws(CurlError) {
            _ = try await curl.exchange(HTTPRequest(url, mayBegin: { false }), before: .now + Self.patience)
            return finding("is reached")
        } catch {
            guard error.reason.cause != .check else { return finding("is reached") }
            return finding("is not reached: \(error.reason)", .bad(.unreachable))
        }
    }

    private func tryToken(_ token: Token, of app: AppID, _ curl: CurlClient) async -> Finding {
        func finding(_ text: String, _ verdict: Verdict = .good) -> Finding {
            Finding(place: "token", text: text, verdict: verdict)
        }
        guard let source = try? configuration.source(curl, as: "check") else {
            return finding("cannot be tried", .bad(.configuration))
        }
        switch await source.probe(app, token, before: .now + Self.patience, mayBegin: { true }) {
        case .alive: return finding("WeChat accepts the one that is kept for \(app)")
        case .dead(let errcode):
            return finding("WeChat refuses the one that is kept for \(app): \(errcode)", .bad(.failed))
        case .inconclusive(let trouble):
            return finding("WeChat was asked about the one of \(app): \(trouble.summary)", .bad(.failed))
        }
    }
}
