internal import KeeperCore

/// What a name may look like.
enum NameRule {
    /// Names of clusters, nodes and clients.
    case dotted
    /// WeChat's appids.
    case appID
    /// Names for people to read.
    case display

    var allowed: String {
        switch self {
        case .dotted: "letters, digits, '.', '_' and '-', at most \(ConfigurationLimit.nameCharacters)"
        case .appID: "letters, digits, '_' and '-', at most \(ConfigurationLimit.nameCharacters)"
        case .display: "printable text of at most \(ConfigurationLimit.nameCharacters) characters"
        }
    }

    /// The name itself if it keeps the rule.
    func check(_ name: String) -> String? {
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

    static let known = ["appid", "name", "secret", "api", "tickets", "publish", "js-domains", "drop-in"]

    func apps(in root: ConfigurationSection) -> [Configuration.App] {
        var firstPath: [String: String] = [:]
        return root.list("apps", of: "apps", limit: ConfigurationLimit.apps).map { item in
            let section = ConfigurationSection(item.value, at: item.path, known: Self.known, log: log)
            let app = app(in: section)
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

    private func app(in section: ConfigurationSection) -> Configuration.App {
        let id = section.required("appid", allowed: NameRule.appID.allowed, convert: NameRule.appID.check)
        let name = section.text("name", allowed: NameRule.display.allowed, convert: NameRule.display.check)
        let secret = secrets.secret("secret", in: section)
        let api = section.choice("api", default: Configuration.API.stable)
        for key in ["tickets", "publish", "js-domains", "drop-in"] { section.refuseUnsupported(key) }
        return Configuration.App(
            id: AppID(id ?? ""),
            name: name ?? id ?? "",
            secret: secret ?? Secret(""),
            api: api
        )
    }
}
