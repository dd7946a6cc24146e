public import KeeperCore

/// What callers are told of an app besides its token, or may present for it.
public struct KnownApp: Equatable, Sendable {
    /// The app.
    public var id: AppID
    /// The corporation whose application it is; nil unless it is one of WeCom.
    public var corporation: String?
    /// What is kept of its AppSecret, if that opens the drop-in paths (`drop-in: appsecret`).
    public var secret: KeyDigest?
    /// The hosts whose pages may be signed for the JS-SDK; empty: any.
    public var jsDomains: [String]

    /// Describes an app.
    public init(id: AppID, corporation: String? = nil, secret: KeyDigest? = nil, jsDomains: [String] = []) {
        self.id = id
        self.corporation = corporation
        self.secret = secret
        self.jsDomains = jsDomains
    }
}

/// All apps of the cluster, as callers know them.
public struct KnownApps: Sendable {
    private let apps: [AppID: KnownApp]
    private let applications: [String: [KnownApp]]

    /// Makes a directory; of two entries for one app the first counts.
    public init(_ apps: [KnownApp]) {
        self.apps = Dictionary(apps.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        applications = Dictionary(grouping: apps.filter { $0.corporation != nil }) { $0.corporation ?? "" }
    }

    /// Their appids, in order.
    var ids: [AppID] { apps.keys.sorted() }

    subscript(id: AppID) -> KnownApp? { apps[id] }

    /// The applications of a corporation in WeCom.
    func applications(of corporation: String) -> [KnownApp] { applications[corporation] ?? [] }
}
