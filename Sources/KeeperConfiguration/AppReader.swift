internal import KeeperCore

/// What a name may look like.
package enum NameRule {
    /// Names of clusters, nodes and clients.
    case dotted
    /// WeChat's appids.
    case appID
    /// Names for people to read.
    case display

    package var allowed: String {
        switch self {
        case .dotted: "letters, digits, '.', '_' and '-', at most \(ConfigurationLimit.nameCharacters)"
        case .appID: "letters, digits, '_' and '-', at most \(ConfigurationLimit.nameCharacters)"
        case .display: "printable text of at most \(ConfigurationLimit.nameCharacters) characters"
        }
    }

    /// The name itself if it keeps the rule.
    package func check(_ name: String) -> String? {
        guard !name.isEmpty, name.count <= ConfigurationLimit.nameCharacters else { return nil }
        switch self {
        case .dotted: return name.utf8.allSatisfy { Self.isWordByte($0) || $0 == UInt8(ascii: ".") } ? name : nil
        case .appID: return name.utf8.allSatisfy(Self.isWordByte) ? name : nil
        case .display:
            let isPrintable = name.unicodeScalars.allSatisfy { scalar in
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse: false
                default: true
                }
            }
            return isPrintable && name.utf8.count <= 4 * ConfigurationLimit.nameCharacters ? name : nil
        }
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

/// Reads the list of apps.
struct AppReader {
    let secrets: SecretReader
    let log: ProblemLog

    static let known = [
        "appid", "name", "kind", "corpid", "secret", "api", "tickets", "mirror", "publish", "js-domains", "drop-in",
    ]

    func apps(in root: ConfigurationSection) -> [Configuration.App] {
        var firstPath: [String: String] = [:]
        var mirrors = MirrorReader(log: log)
        return root.list("apps", of: "apps", limit: ConfigurationLimit.apps).map { item in
            let section = ConfigurationSection(item.value, at: item.path, known: Self.known, log: log)
            let app = app(in: section, &mirrors)
            if !app.id.rawValue.isEmpty {
                if let first = firstPath[app.id.rawValue] {
                    section.add("appid", found: "the appid of \(first) again", allowed: "one entry for each appid")
                } else {
                    firstPath[app.id.rawValue] = item.path
                }
            }
            return app
        }
    }

    private func app(in section: ConfigurationSection, _ mirrors: inout MirrorReader) -> Configuration.App {
        let id = section.required("appid", allowed: NameRule.appID.allowed, convert: NameRule.appID.check)
        let name = section.text("name", allowed: NameRule.display.allowed, convert: NameRule.display.check)
        let secret = secrets.secret("secret", in: section)
        let kind = section.choice("kind", default: Configuration.Kind.officialAccount)
        let api = section.choice("api", default: Configuration.API.stable)
        let dropIn: Configuration.DropIn? = section.value("drop-in").flatMap {
            ConfigurationSection.choice($0, at: section.path(of: "drop-in"), log: log)
        }
        return Configuration.App(
            id: AppID(id ?? ""),
            name: name ?? id ?? "",
            secret: secret ?? Secret(""),
            api: api,
            corporation: corporation(in: section, of: kind),
            tickets: tickets(in: section, of: kind),
            takesSecretAsKey: dropIn == .appsecret,
            mirrors: mirrors.keys(in: section, of: id, kind),
            jsDomains: jsDomains(in: section)
        )
    }

    /// The corpid, which an application of WeCom must have and no other app has.
    private func corporation(in section: ConfigurationSection, of kind: Configuration.Kind) -> String? {
        guard kind == .wecom else {
            if section.value("corpid") != nil {
                section.add("corpid", found: "a corpid", allowed: "nothing, unless kind is wecom")
            }
            return nil
        }
        if section.value("api") != nil {
            section.add("api", found: "an endpoint", allowed: "nothing where kind is wecom, which has only one")
        }
        return section.required("corpid", allowed: NameRule.appID.allowed, convert: NameRule.appID.check)
    }

    private func tickets(in section: ConfigurationSection, of kind: Configuration.Kind) -> [TicketType] {
        let offered = TicketType.offered(to: kind)
        let words = offered.map(\.rawValue).joined(separator: ", ")
        var tickets: [TicketType] = []
        for item in section.list("tickets", of: "types of tickets", limit: TicketType.allCases.count) {
            guard let type = item.value.text.flatMap(TicketType.init(rawValue:)), offered.contains(type) else {
                log.add(
                    item.path, at: item.value.place, found: item.value.shown, allowed: "\(words) for \(kind.rawValue)")
                continue
            }
            if tickets.contains(type) {
                log.add(item.path, at: item.value.place, found: "\(type.rawValue) again", allowed: "each type once")
            } else {
                tickets.append(type)
            }
        }
        return tickets
    }

    private func jsDomains(in section: ConfigurationSection) -> [String] {
        let allowed = "a host as it stands in a page's URL, such as shop.example.com, or shop.example.com:8443"
        return section.list("js-domains", of: "hosts", limit: ConfigurationLimit.jsDomains).compactMap { item in
            guard let text = item.value.text?.lowercased(),
                let parts = URLParts("https://\(text)", defaultPorts: ["https": 443]), parts.path.isEmpty
            else {
                log.add(item.path, at: item.value.place, found: item.value.shown, allowed: allowed)
                return nil
            }
            return text
        }
    }
}

extension TicketType {
    /// The tickets that an app of this kind can have.
    fileprivate static func offered(to kind: Configuration.Kind) -> [TicketType] {
        switch kind {
        case .officialAccount, .miniProgram: [.jsapi, .card]
        case .wecom: [.jsapi, .agent]
        }
    }
}
