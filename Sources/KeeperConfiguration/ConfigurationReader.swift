internal import KeeperCore
internal import KeeperHTTP

/// Understands a configuration: the text of a file, or nothing but variables.
///
/// A pure function of its arguments: everything it wants of the world comes through `Surroundings`. It finds every
/// mistake in one reading, and hands out a configuration only if there is none.
package struct ConfigurationReader {
    /// The world as a configuration sees it.
    struct Surroundings {
        /// The value of a variable, nil if it is not set.
        var environment: (String) -> String?
        /// The text of a file that holds a secret.
        ///
        /// A relative path is relative to the configuration file.
        var readSecretFile: (String) throws(SecretFileFailure) -> String
        /// The name of this machine, which is the default of `node.id`.
        var hostName: () -> String
        /// The names of all variables that are set.
        var variableNames: [String] = []
    }

    /// A text and the name it goes by in errors.
    struct File {
        var name: String
        var text: String
    }

    /// A configuration without a mistake, and what its operator should know nevertheless.
    package struct Outcome: Sendable, Equatable {
        package var configuration: Configuration
        package var warnings: [ConfigurationWarning]
    }

    private let surroundings: Surroundings
    private let variables: AskedVariables
    private let log = ProblemLog()
    private let secrets: SecretReader

    private init(surroundings: Surroundings) {
        self.surroundings = surroundings
        let variables = AskedVariables(surroundings.environment)
        self.variables = variables
        secrets = SecretReader(
            environment: variables.value,
            readFile: surroundings.readSecretFile,
            log: log
        )
    }

    /// Reads `file`, with the variables laid over it; without a file, the variables alone.
    static func read(
        _ file: File?,
        in surroundings: Surroundings
    ) -> Result<Outcome, ConfigurationProblems> {
        ConfigurationReader(surroundings: surroundings).read(file)
    }

    private func read(_ file: File?) -> Result<Outcome, ConfigurationProblems> {
        var root = ConfigurationValue(content: .nothing, place: .environment)
        if let file {
            let document = YAMLDocument(file: file.name, environment: variables.value, log: log)
            guard let value = document.read(InvisibleMarks.withoutByteOrderMark(file.text)) else {
                return .failure(failure)
            }
            root = value
        }
        EnvironmentOverlay(environment: surroundings.environment, hasFile: file != nil, log: log).lay(over: &root)
        let configuration = configuration(from: root)
        UnknownVariables.warn(of: surroundings.variableNames, asked: variables.names, in: log)
        guard log.isEmpty else { return .failure(failure) }
        warnOfLoopback(in: configuration)
        return .success(Outcome(configuration: configuration, warnings: log.warnings))
    }

    /// A node that others look for on their own machines is read, but no report of a dead token reaches it.
    private func warnOfLoopback(in configuration: Configuration) {
        let advertise = configuration.node.advertise
        guard let parts = URLParts(advertise, defaultPorts: ["http": 80]), parts.authority.isLoopback,
            !configuration.cluster.redis.address.isLoopback
        else { return }
        log.warn(
            "node.advertise",
            "\(advertise) is every machine itself, and Redis is on another: nodes on other machines cannot reach this "
                + "one; name an address that they can")
    }

    private var failure: ConfigurationProblems { ConfigurationProblems(problems: log.inOrder) }

    private func configuration(from value: ConfigurationValue) -> Configuration {
        let root = ConfigurationSection(value, at: "", known: Self.known, log: log)
        let cluster = root.section("cluster", known: Self.knownInCluster)
        let wechat = root.section("wechat", known: Self.knownInWeChat)
        let node = root.section("node", known: Self.knownInNode)
        let times = LeaseReader(log: log).times(in: cluster, wechat)
        let apps = AppReader(secrets: secrets, log: log).apps(in: root)
        return Configuration(
            cluster: self.cluster(in: cluster, times),
            node: self.node(in: node),
            wechat: self.wechat(in: wechat, times),
            apps: apps,
            clients: ClientReader(secrets: secrets, log: log).clients(in: root, of: apps),
            alarms: alarms(in: root)
        )
    }

    static let known = ["cluster", "node", "wechat", "apps", "clients", "alarms"]
    static let knownInCluster = ["name", "redis", "secret", "lease", "seal"]
    static let knownInNode = ["id", "listen", "drain", "advertise", "tls"]
    static let knownInWeChat = ["base-url", "fallback-urls", "wecom-url", "timeout", "overlap", "watch"]
    static let knownInAlarms = ["webhook", "format"]
}

/// The sections of which there is one.
extension ConfigurationReader {
    private func cluster(in section: ConfigurationSection, _ times: LeaseReader.Times) -> Configuration.Cluster {
        section.refuseUnsupported("seal")
        let name = section.text("name", allowed: NameRule.dotted.allowed, convert: NameRule.dotted.check)
        return Configuration.Cluster(
            name: name ?? Configuration.defaultClusterName,
            redis: redis(in: section) ?? RedisLocation(address: HostPort(host: "localhost", port: 6379)),
            secret: secrets.secret("secret", in: section) ?? Secret(""),
            timing: times.timing
        )
    }

    private func redis(in section: ConfigurationSection) -> RedisLocation? {
        let shape = "redis://[user:password@]host[:port][/database]"
        guard let value = section.value("redis") else {
            section.addMissing("redis", allowed: shape)
            return nil
        }
        guard let url = value.url else {
            section.add("redis", found: value.shown, allowed: shape)
            return nil
        }
        do {
            return try RedisLocation(url: url)
        } catch {
            // The URL may hold a password, so none of it is shown.
            let found =
                switch error {
                case .tls: "rediss://, which is not yet supported"
                case .scheme: "a URL (not shown) that does not begin with redis://"
                case .shape: "a URL (not shown) without a host, or with a part that is not understood\(Self.encoding)"
                case .userInfo: "a user without a password, or a bad percent-encoding (not shown)\(Self.encoding)"
                case .database: "a database that is no number from 0 to 1023"
                }
            section.add("redis", found: found, allowed: shape)
            return nil
        }
    }

    /// The usual reason, and the way out.
    private static let encoding =
        "; in a password that is written here, or that a URL in a variable holds, write % as %25, / as %2F, # as %23, "
        + "? as %3F and @ as %40, or put it in by ${NAME}"

    private func wechat(in section: ConfigurationSection, _ times: LeaseReader.Times) -> Configuration.WeChat {
        let allowed = "https://host[:port], or http:// on this machine (127.0.0.1, ::1, localhost)"
        let address = { (text: String) -> String? in
            guard let parts = URLParts(text, defaultPorts: ["https": 443, "http": 80]),
                parts.scheme == "https" || parts.scheme == "http" && parts.authority.isLoopback
            else { return nil }
            return text.withoutTrailingSlashes
        }
        let baseURL = section.url("base-url", allowed: allowed, convert: address)
        let fallbacks = section.urls("fallback-urls", limit: Configuration.mostFallbacks, allowed: allowed, address)
        let wecomURL = section.url("wecom-url", allowed: allowed, convert: address)
        let bounds = Duration.seconds(1)...(.seconds(3600))
        let watch = section.duration("watch", in: bounds, orZero: true, default: Configuration.defaultWatch)
        return Configuration.WeChat(
            baseURL: baseURL ?? Configuration.defaultBaseURL,
            fallbackURLs: fallbacks,
            // A simulator plays both.
            wecomURL: wecomURL ?? baseURL.flatMap { $0.hasPrefix("http:") ? $0 : nil } ?? Configuration.defaultWeComURL,
            timeout: times.timing.callTimeout,
            overlap: times.overlap,
            watch: watch ?? Configuration.defaultWatch
        )
    }

    private func alarms(in root: ConfigurationSection) -> Configuration.Alarms? {
        guard root.value("alarms") != nil else { return nil }
        let section = root.section("alarms", known: Self.knownInAlarms)
        let format = section.choice("format", default: Webhook.Format.json)
        return secrets.url("webhook", in: section).map { Configuration.Alarms(webhook: $0, format: format) }
    }

    private func node(in section: ConfigurationSection) -> Configuration.Node {
        section.refuseUnsupported("tls")
        let id = section.text("id", allowed: NameRule.dotted.allowed, convert: NameRule.dotted.check)
        if id == nil, section.value("id") == nil, NameRule.dotted.check(surroundings.hostName()) == nil {
            section.add(
                "id",
                found: "nothing, and a host name that is no name of a node",
                allowed: NameRule.dotted.allowed
            )
        }
        let listenForm = "host:port or [address]:port, a port from 1 to 65535"
        let listen = section.text("listen", allowed: listenForm) { HostPort($0) }
        let drain = section.duration("drain", in: .zero...(.seconds(300)), default: Configuration.defaultDrain)
        let address = listen ?? Configuration.defaultListen
        return Configuration.Node(
            id: NodeName(id ?? surroundings.hostName()),
            listen: address,
            drain: drain ?? Configuration.defaultDrain,
            advertise: advertise(in: section, listen: section.value("listen") != nil ? listen : address)
        )
    }

    /// - Parameter listen: nil if it was wrong; nothing can then be said of a missing URL.
    private func advertise(in section: ConfigurationSection, listen: HostPort?) -> String {
        let allowed = "the http:// URL at which the other nodes reach this one"
        if section.value("advertise") == nil, let listen {
            guard !listen.isConcrete else { return "http://\(listen)" }
            section.addMissing("advertise", allowed: "\(allowed), since node.listen is every address of this machine")
        }
        let advertise = section.url("advertise", allowed: allowed) { text in
            guard let parts = URLParts(text, defaultPorts: ["http": 80]), parts.scheme == "http",
                parts.authority.isConcrete, parts.path.allSatisfy({ $0 == "/" })
            else { return nil }
            return text.withoutTrailingSlashes
        }
        return advertise ?? ""
    }
}

extension String {
    /// The text less the slashes at its end, so that a path can be put after it.
    package var withoutTrailingSlashes: String {
        var text = self[...]
        while text.hasSuffix("/") { text = text.dropLast() }
        return String(text)
    }
}
