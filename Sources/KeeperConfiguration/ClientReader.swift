internal import KeeperCore
internal import KeeperHTTP

/// Reads the list of clients.
struct ClientReader {
    let secrets: SecretReader
    let log: ProblemLog

    static let known = ["id", "key", "apps", "can"]

    func clients(in root: ConfigurationSection, of apps: [Configuration.App]) -> [Configuration.Client] {
        let appIDs = apps.map(\.id.rawValue)
        let appIDSet = Set(appIDs)
        var firstPathOfID: [String: String] = [:]
        var firstPathOfKey: [KeyDigest: String] = [:]
        let items = root.list("clients", of: "clients", limit: ConfigurationLimit.clients)
        if items.isEmpty { log.warn("clients", "there is none, so nobody may ask for a token") }
        return items.map { item in
            let section = ConfigurationSection(item.value, at: item.path, known: Self.known, log: log)
            let id = section.required("id", allowed: NameRule.dotted.allowed, convert: NameRule.dotted.check)
            let key = secrets.keyDigest("key", in: section)
            if let id, let first = firstPathOfID.updateIfAbsent(item.path, for: id) {
                section.add("id", found: "the id of \(first) again", allowed: "one entry for each client")
            }
            if let key, let first = firstPathOfKey.updateIfAbsent(item.path, for: key) {
                section.add("key", found: "the key of \(first) again", allowed: "a key of its own for each client")
            }
            return Configuration.Client(
                id: id ?? "",
                key: key ?? KeyDigest(of: ""),
                apps: grant(in: section, among: appIDs, appIDSet),
                scopes: scopes(in: section)
            )
        }
    }

    private func grant(
        in section: ConfigurationSection,
        among appIDs: [String],
        _ known: Set<String>
    ) -> Configuration.AppGrant {
        let allowed = "all, or a list of appids of this configuration"
        guard let value = section.value("apps") else {
            section.addMissing("apps", allowed: allowed)
            return .only([])
        }
        if value.text == "all" { return .all }
        guard value.list != nil else {
            section.add("apps", found: value.shown, allowed: allowed)
            return .only([])
        }
        var granted: [AppID] = []
        for item in section.list("apps", of: "appids", limit: ConfigurationLimit.apps) {
            if let id = item.value.text, known.contains(id) {
                granted.append(AppID(id))
            } else if !item.value.isRefused {
                let suggestion = item.value.text.flatMap {
                    Suggestion.nearest(to: $0, among: appIDs.count <= 200 ? appIDs : [])
                }
                let hint = suggestion.map { "; did you mean \($0)?" } ?? ""
                let found = item.value.text == nil ? item.value.shown : "the unknown appid \(item.value.shown)"
                log.add(item.path, at: item.value.place, found: found, allowed: "an appid of this configuration" + hint)
            }
        }
        return .only(granted)
    }

    private func scopes(in section: ConfigurationSection) -> Set<Configuration.Scope> {
        guard section.value("can") != nil else { return Configuration.defaultScopes }
        let limit = 4 * Configuration.Scope.allCases.count
        let items = section.list("can", of: "rights", limit: limit).filter { !$0.value.isRefused }
        return Set(items.compactMap { ConfigurationSection.choice($0.value, at: $0.path, log: log) })
    }
}

extension Dictionary where Value == String {
    /// Remembers `value` under `key`, unless there is one already, which is then returned.
    fileprivate mutating func updateIfAbsent(_ value: String, for key: Key) -> String? {
        if let first = self[key] { return first }
        self[key] = value
        return nil
    }
}
