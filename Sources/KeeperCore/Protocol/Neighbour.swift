/// Another member, as this node has found it at the address where it says it is reached.
public struct Neighbour: Equatable, Sendable {
    /// Who it is, by its member record.
    public var holder: LeaseHolder
    /// What was found there.
    public var finding: Finding

    /// What asking has brought.
    public enum Finding: Equatable, Sendable {
        /// It has not answered yet.
        case unknown
        /// It keeps what this node keeps.
        case sameApps
        /// It keeps something else.
        case otherApps(AppsDifference)
        /// At its address another node answers; this very one, if it is told that here is where it is reached.
        case answeredBy(LeaseHolder)
        /// Nobody of the cluster answers at its address, however often it is asked; why.
        case silent(reason: String)
    }

    /// Describes what was found.
    public init(holder: LeaseHolder, finding: Finding) {
        self.holder = holder
        self.finding = finding
    }
}

/// In what the apps of two nodes differ.
///
/// Tickets count like apps.
public struct AppsDifference: Hashable, Sendable {
    /// Kept by this node alone.
    public var onlyHere: Names
    /// Kept by the other alone.
    public var onlyThere: Names
    /// Kept by both, by different lines.
    public var otherwise: Names

    /// Names of apps, the first few of them.
    public struct Names: Hashable, Sendable {
        /// Most that are named.
        public static let most = 20

        /// The first of them.
        public var first: [AppID]
        /// How many there are.
        public var count: Int

        /// Takes the first of these names.
        public init(_ names: [AppID]) {
            first = Array(names.sorted().prefix(Self.most))
            count = names.count
        }
    }

    /// Compares two lists, each app named once.
    public init(here: [KeptApp], there: [KeptApp]) {
        let linesThere = Dictionary(there.map { ($0.id, $0.line) }, uniquingKeysWith: { first, _ in first })
        onlyHere = Names(Self.apps(of: here, notAmong: there))
        onlyThere = Names(Self.apps(of: there, notAmong: here))
        otherwise = Names(here.filter { app in linesThere[app.id].map { $0 != app.line } ?? false }.map(\.id))
    }

    /// All of them, of which `Names` are the first.
    static func apps(of these: [KeptApp], notAmong those: [KeptApp]) -> [AppID] {
        let known = Set(those.map(\.id))
        return these.map(\.id).filter { !known.contains($0) }
    }
}

extension AppsDifference {
    /// The difference for a person: `only here wx1, wx2; only there wx3`.
    public var sentence: String {
        let parts = [("only here", onlyHere), ("only there", onlyThere), ("by another api", otherwise)]
        return parts.compactMap { words, names in names.count == 0 ? nil : "\(words) \(names)" }
            .joined(separator: "; ")
    }
}

extension AppsDifference.Names: CustomStringConvertible {
    /// The first names, and how many more there are.
    public var description: String {
        let named = first.map(\.rawValue).joined(separator: ", ")
        return count > first.count ? "\(named) and \(count - first.count) more" : named
    }
}

/// What somebody answers who is asked who is there and what it keeps (`GET /internal/apps`).
public struct Introduction: Hashable, Sendable {
    /// Who answers.
    public var holder: LeaseHolder
    /// All it keeps; nil if that is what the digest in the question stands for.
    public var apps: [KeptApp]?

    /// Describes an answer.
    public init(holder: LeaseHolder, apps: [KeptApp]?) {
        self.holder = holder
        self.apps = apps
    }
}

/// An app or a ticket that a node keeps.
public struct KeptApp: Hashable, Sendable {
    /// Its name.
    public var id: AppID
    /// The name of its line; another version of the program may know one that is not known here.
    public var line: String

    /// Describes an app that another node keeps.
    public init(id: AppID, line: String) {
        self.id = id
        self.line = line
    }

    /// Describes an app that is kept here.
    init(_ app: AppSettings) { self.init(id: app.id, line: app.line.name) }
}

/// The end of a `NodeAction.introduce`.
public enum IntroductionOutcome: Hashable, Sendable {
    /// A node of the cluster has answered: the one meant, or another.
    case answered(Introduction)
    /// Nobody has; why, without a secret.
    case failed(reason: String)
}
