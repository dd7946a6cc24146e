internal import KeeperPorts

/// A form of copy that somebody else's program reads, by the name it has in a configuration.
enum CopyForm: String, CaseIterable {
    case seed
    case wxjavaMP = "wxjava-mp"
    case wxjavaMA = "wxjava-ma"
    case silenceper
    case wechatpy

    /// The keys that those programs read for an app.
    func keys(for app: String) -> [CopyKey] {
        switch self {
        case .seed: [CopyKey("WCH_access_token", .token), CopyKey("WCH_expires_in", .end(lessSeconds: 120))]
        case .wxjavaMP: [CopyKey("wx:access_token:\(app)", .token)]
        case .wxjavaMA: [CopyKey("wa:access_token:\(app)", .token)]
        case .silenceper: [CopyKey("gowechat_officialaccount__access_token_\(app)", .token)]
        case .wechatpy:
            [
                CopyKey("wechatpy:\(app)_access_token", .quotedToken),
                CopyKey("wechatpy:\(app)_access_token_expires_at", .end(lessSeconds: 0)),
            ]
        }
    }
}

/// Reads where else in Redis the tokens of the apps are written.
///
/// One reader for all apps: it remembers who writes which key, since no key may have two writers.
struct PublishReader {
    let log: ProblemLog
    /// The path of the target that writes a key.
    private var writers: [String: String] = [:]

    static let known = ["key", "expires-key"]
    private static let mapping = "{ key: K, expires-key: E }"
    private static let allowedKey =
        "1 to \(ConfigurationLimit.copyKeyBytes) printable ASCII characters without a space, not beginning with "
        + ownPrefix
    /// Nobody but the cluster itself writes there.
    private static let ownPrefix = "wxkeeper:"

    init(log: ProblemLog) { self.log = log }

    /// A key, and where the configuration asks for it.
    private struct Wish {
        let key: CopyKey
        let path: String
        /// Errors show this, which is what stands in the file.
        let value: ConfigurationValue
    }

    /// The keys that an app's `publish` asks for.
    /// - Parameter app: the appid, nil if it is wrong; nothing can then be said of the keys that hold it.
    mutating func keys(
        in section: ConfigurationSection, of app: String?, _ kind: Configuration.Kind
    ) -> [CopyKey] {
        let items = section.list("publish", of: "copies", limit: ConfigurationLimit.copies)
        let wishes = items.filter { !$0.value.isRefused }.flatMap { item in
            if case .mapping = item.value.content { return named(item.value, at: item.path) }
            return form(item.value, at: item.path, of: app, kind)
        }
        for wish in wishes {
            guard let first = writers[wish.key.name] else {
                writers[wish.key.name] = wish.path
                continue
            }
            log.add(
                wish.path, at: wish.value.place, found: "\(wish.value.shown): \(first) writes the same key",
                allowed: "one writer for each key")
        }
        return wishes.map(\.key)
    }

    private func form(
        _ value: ConfigurationValue, at path: String, of app: String?, _ kind: Configuration.Kind
    ) -> [Wish] {
        let words = CopyForm.allCases.map(\.rawValue)
        guard kind != .wecom else {
            let allowed = "\(Self.mapping) only where kind is wecom: the known forms are of other kinds of tokens"
            log.add(path, at: value.place, found: value.shown, allowed: allowed)
            return []
        }
        guard let form = value.text.flatMap(CopyForm.init(rawValue:)) else {
            let suggestion = value.text.flatMap { Suggestion.nearest(to: $0, among: words) }
            let hint = suggestion.map { "; did you mean \($0)?" } ?? ""
            log.add(
                path, at: value.place, found: value.shown,
                allowed: words.joined(separator: ", ") + ", \(Self.mapping)" + hint)
            return []
        }
        return (app.map(form.keys) ?? []).map { Wish(key: $0, path: path, value: value) }
    }

    private func named(_ value: ConfigurationValue, at path: String) -> [Wish] {
        let section = ConfigurationSection(value, at: path, known: Self.known, log: log)
        if section.value("key") == nil { section.addMissing("key", allowed: Self.allowedKey) }
        return [("key", CopyKey.Content.token), ("expires-key", .end(lessSeconds: 0))].compactMap { name, content in
            guard let key = section.text(name, allowed: Self.allowedKey, convert: Self.check) else { return nil }
            return section.value(name).map { Wish(key: CopyKey(key, content), path: section.path(of: name), value: $0) }
        }
    }

    private static func check(_ key: String) -> String? {
        let isPrintable = key.utf8.allSatisfy { (UInt8(ascii: "!")...UInt8(ascii: "~")).contains($0) }
        let isInBounds = (1...ConfigurationLimit.copyKeyBytes).contains(key.utf8.count)
        return isPrintable && isInBounds && !key.hasPrefix(ownPrefix) ? key : nil
    }
}
