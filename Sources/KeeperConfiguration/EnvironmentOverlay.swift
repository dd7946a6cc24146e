/// The variables of wxkeeper's own.
///
/// A variable that is set and not empty overrides the file.
enum EnvironmentVariable: String, CaseIterable {
    case redis = "WXKEEPER_REDIS"
    case clusterSecret = "WXKEEPER_CLUSTER_SECRET"
    case listen = "WXKEEPER_LISTEN"
    case advertise = "WXKEEPER_ADVERTISE"
    case nodeID = "WXKEEPER_NODE_ID"
    case wechatBaseURL = "WXKEEPER_WECHAT_BASE_URL"
    case appID = "WXKEEPER_APPID"
    case appSecret = "WXKEEPER_APPSECRET"
    case api = "WXKEEPER_API"
    case clientKey = "WXKEEPER_CLIENT_KEY"

    /// The key that a variable stands for, if it is always the same one.
    var path: [String]? {
        switch self {
        case .redis: ["cluster", "redis"]
        case .clusterSecret: ["cluster", "secret"]
        case .listen: ["node", "listen"]
        case .advertise: ["node", "advertise"]
        case .nodeID: ["node", "id"]
        case .wechatBaseURL: ["wechat", "base-url"]
        case .appID, .appSecret, .api, .clientKey: nil
        }
    }

    /// What to tell someone who left out the key at `keyPath`.
    static func hint(for keyPath: String) -> String {
        let variable = allCases.first { $0.path?.joined(separator: ".") == keyPath }
        return variable.map { ", or the variable \($0.rawValue)" } ?? ""
    }
}

/// Lays the variables over what the file says, or over nothing.
struct EnvironmentOverlay {
    /// The client that `WXKEEPER_CLIENT_KEY` makes, or whose key it replaces.
    static let clientID = "default"

    let environment: (String) -> String?
    let hasFile: Bool
    let log: ProblemLog

    func lay(over root: inout ConfigurationValue) {
        for variable in EnvironmentVariable.allCases {
            guard let path = variable.path, let value = self[variable] else { continue }
            root.set(path[...], to: variable == .clusterSecret ? asSecret(value) : value)
        }
        layApp(over: &root)
        layClient(over: &root)
    }

    /// The app of the file that has this appid is changed, or one is added; without an appid the file's only app.
    private func layApp(over root: inout ConfigurationValue) {
        let appID = self[.appID], secret = self[.appSecret], api = self[.api]
        guard appID != nil || secret != nil || api != nil || !hasFile else { return }
        guard var apps = list("apps", of: root) else { return }
        let index: Int
        if let appID {
            if let known = apps.firstIndex(where: { $0["appid"]?.text == appID.text }) {
                index = known
            } else {
                apps.append(ConfigurationValue(content: .mapping([]), place: appID.place))
                index = apps.count - 1
            }
            apps[index].set(["appid"], to: appID)
        } else if apps.count == 1 {
            index = 0
        } else {
            let place = (secret ?? api)?.place ?? .environment
            let variable = EnvironmentVariable.appID.rawValue
            return log.add("apps", at: place, found: "no \(variable)", allowed: "\(variable), which names the app")
        }
        if let secret { apps[index].set(["secret"], to: asSecret(secret)) }
        if let api { apps[index].set(["api"], to: api) }
        root.set(["apps"], to: ConfigurationValue(content: .list(apps), place: root["apps"]?.place ?? .environment))
    }

    private func layClient(over root: inout ConfigurationValue) {
        guard let key = self[.clientKey], var clients = list("clients", of: root) else { return }
        let index: Int
        if let known = clients.firstIndex(where: { $0["id"]?.text == Self.clientID }) {
            index = known
        } else {
            func word(_ text: String) -> ConfigurationValue {
                ConfigurationValue(content: .text(text), place: key.place, written: text)
            }
            var client = ConfigurationValue(content: .mapping([]), place: key.place)
            client.set(["id"], to: word(Self.clientID))
            client.set(["apps"], to: word("all"))
            let scopes = ["read", "refresh", "observe"].map(word)
            client.set(["can"], to: ConfigurationValue(content: .list(scopes), place: key.place))
            clients.append(client)
            index = clients.count - 1
        }
        clients[index].set(["key"], to: asSecret(key))
        let place = root["clients"]?.place ?? key.place
        root.set(["clients"], to: ConfigurationValue(content: .list(clients), place: place))
    }

    /// The list under `key`, empty if there is none; nil if something else stands there, which is told elsewhere.
    private func list(_ key: String, of root: ConfigurationValue) -> [ConfigurationValue]? {
        guard let value = root[key], !value.isNothing else { return [] }
        return value.list
    }

    /// `{ value: … }`, which replaces whatever the file gives: `file` and `value` together would be a mistake.
    private func asSecret(_ value: ConfigurationValue) -> ConfigurationValue {
        let entry = ConfigurationValue.Entry(key: "value", place: value.place, value: value)
        return ConfigurationValue(content: .mapping([entry]), place: value.place)
    }

    private subscript(variable: EnvironmentVariable) -> ConfigurationValue? {
        guard let text = environment(variable.rawValue).map(InvisibleMarks.trimmed), !text.isEmpty else { return nil }
        // A secret says so itself.
        let isSecret = [.clusterSecret, .appSecret, .clientKey].contains(variable)
        if !isSecret, let mark = InvisibleMarks.ends(of: text) ?? InvisibleMarks.first(in: text) {
            log.warn("variable \(variable.rawValue)", "it has \(mark)")
        }
        return ConfigurationValue(content: .text(text), place: .variable(variable.rawValue), written: text)
    }
}
