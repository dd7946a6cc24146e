internal import CurlClient
internal import KeeperConfiguration
internal import KeeperCore
internal import KeeperPorts
internal import RedisClient
internal import RedisStores
internal import WeChatAPI

/// Asks Redis and WeChat whether a configuration would work here.
///
/// Changes nothing: the keys it writes are its own and removed, and it calls no endpoint of WeChat's that issues a
/// token.
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
        /// It works, and somebody should look.
        case warning
        /// It does not work; `check` ends so.
        case bad(ExitStatus)
    }

    /// Of each question.
    private static let patience = Duration.seconds(5)

    /// Everything that was found, good or bad.
    func run() async -> [Finding] {
        let curl = CurlClient()
        var findings: [Finding] = []
        let redis = await askRedis(&findings)
        for url in addresses { findings.append(await reach(url, curl)) }
        guard let redis else { return findings }
        guard let found = redis.found else {
            let apps = "the first \(min(configuration.apps.count, RedisInspection.mostApps)) apps"
            return findings + [Finding(place: "token", text: "none is kept for \(apps), so none was tried")]
        }
        return findings + [await tryToken(found.token, of: found.app, curl)]
    }

    private func askRedis(_ findings: inout [Finding]) async -> RedisInspection? {
        let address = configuration.cluster.redis.address
        func add(_ text: String, _ verdict: Verdict = .good) {
            findings.append(Finding(place: "redis", text: text, verdict: verdict))
        }
        do throws(RedisError) {
            let redis = try await RedisInspection(
                of: configuration.redisEndpoint, cluster: configuration.cluster.name,
                apps: configuration.apps.map(\.id), patience: Self.patience)
            if redis.isReplica {
                add("\(address) copies another Redis and takes no writes; name that one", .bad(.failed))
            } else if let version = RedisVersion(redis.version), version < RedisVersion.least {
                add("\(redis.version) at \(address) is too old: use \(RedisVersion.least) or later", .bad(.failed))
            } else if let trouble = redis.trouble {
                switch trouble {
                case .rejected(let refusal): add("a node would fail at \(address): \(refusal)", .bad(.failed))
                case .unreachable, .timedOut: add("\(address) does not answer our scripts in time", .bad(.unreachable))
                }
            } else {
                add("\(redis.version) at \(address) lets us in, takes writes, runs our scripts and sends hints")
            }
            switch redis.evictionPolicy {
            case "noeviction": break
            case let policy?: add("maxmemory-policy is \(policy): it may drop the lease; set noeviction", .warning)
            case nil: add("does not say its maxmemory-policy, which must be noeviction", .warning)
            }
            return redis
        } catch {
            switch error {
            case .rejected: add("\(error)", .bad(.failed))
            case .notSent, .timedOut, .connectionLost, .cancelled: add("\(error)", .bad(.unreachable))
            }
            return nil
        }
    }

    /// Every address of WeChat's that a node would call.
    ///
    /// Whether the first is there it looks even if all apps are of WeCom.
    private var addresses: [String] {
        let wechat = configuration.wechat
        let hasWeCom = configuration.apps.contains { $0.corporation != nil }
        return [wechat.baseURL] + wechat.fallbackURLs + (hasWeCom ? [wechat.wecomURL] : [])
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
        case .refused(let refusal):
            return finding("WeChat was asked about the one of \(app): \(refusal.trouble.summary)", .warning)
        case .inconclusive(let trouble):
            // It says nothing about the token: WeChat may be busy, or a quota used up.
            let text = "WeChat was asked about the one of \(app): \(trouble.summary)"
            switch trouble.contact {
            case .shutOut: return finding(text, .bad(.failed))
            case .failed: return finding(text, .bad(.unreachable))
            case .met, .untried: return finding(text, .warning)
            }
        }
    }
}
