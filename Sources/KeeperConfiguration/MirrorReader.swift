internal import KeeperPorts

/// A form of mirror that somebody else's program reads, by the name it has in a configuration.
enum MirrorForm: String, CaseIterable {
    case seed
    case wxjavaMP = "wxjava-mp"
    case wxjavaMA = "wxjava-ma"
    case silenceper
    case wechatpy

    /// The keys that those programs read for an app.
    func keys(for app: String) -> [MirrorKey] {
        switch self {
        case .seed: [MirrorKey("WCH_access_token", .token), MirrorKey("WCH_expires_in", .end(lessSeconds: 120))]
        case .wxjavaMP: [MirrorKey("wx:access_token:\(app)", .token)]
        case .wxjavaMA: [MirrorKey("wa:access_token:\(app)", .token)]
        case .silenceper: [MirrorKey("gowechat_officialaccount__access_token_\(app)", .token)]
        case .wechatpy:
            [
                MirrorKey("wechatpy:\(app)_access_token", .quotedToken),
                MirrorKey("wechatpy:\(app)_access_token_expires_at", .end(lessSeconds: 0)),
            ]
        }
    }
}

/// Reads where else in Redis the tokens of the apps are written.
///
/// One reader for all apps: it remembers who writes which key, since no key may have two writers.
struct MirrorReader {
    let log: ProblemLog
    /// The path of the target that writes a key.
    private var writers: [String: String] = [:]

    static let known = ["key", "expires-key"]
    private static let mapping = "{ key: K, expires-key: E }"
    private static let allowedKey =
        "1 to \(ConfigurationLimit.mirrorKeyBytes) printable ASCII characters without a space, not beginning with "
        + ownPrefix
    /// Nobody but the cluster itself writes there.
    private static let ownPrefix = "wxkeeper:"

    init(log: ProblemLog) { self.log = log }

    /// A key, and where the configuration asks for it.
    private struct Wish {
        let key: MirrorKey
        let path: String
        /// Errors show this, which is what stands in the file.
        let value: ConfigurationValue
    }

    /// The keys that an app's `mirror` asks for, or its `publish`, which is the same by its older name.
    /// - Parameter app: the appid, nil if it is wrong; nothing can then be said of the keys that hold it.
    mutating func keys(
        in section: ConfigurationSection, of app: String?, _ kind: Configuration.Kind
    ) -> [MirrorKey] {
        let names = ["mirror", "publish"].filter { section.value($0) != nil }
        if names.count > 1 {
            section.add("publish", found: "publish beside mirror", allowed: "one of the two: they mean the same")
        }
        let items = section.list(names.first ?? "mirror", of: "mirrors", limit: ConfigurationLimit.mirrors)
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
        let words = MirrorForm.allCases.map(\.rawValue)
        guard kind != .wecom else {
            let allowed = "\(Self.mapping) only where kind is wecom: the known forms are of other kinds of tokens"
            log.add(path, at: value.place, found: value.shown, allowed: allowed)
            return []
        }
        guard let form = value.text.flatMap(MirrorForm.init(rawValue:)) else {
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
        return [("key", MirrorKey.Content.token), ("expires-key", .end(lessSeconds: 0))].compactMap { name, content in
            guard let key = section.text(name, allowed: Self.allowedKey, convert: Self.check) else { return nil }
            return section.value(name).map {
                Wish(key: MirrorKey(key, content), path: section.path(of: name), value: $0)
            }
        }
    }

    private static func check(_ key: String) -> String? {
        let isPrintable = key.utf8.allSatisfy { (UInt8(ascii: "!")...UInt8(ascii: "~")).contains($0) }
        let isInBounds = (1...ConfigurationLimit.mirrorKeyBytes).contains(key.utf8.count)
        return isPrintable && isInBounds && !key.hasPrefix(ownPrefix) ? key : nil
    }
}
