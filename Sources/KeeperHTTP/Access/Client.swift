public import KeeperCore

/// A business server, a person or a program that asks us, known by its key.
public struct Client: Equatable, Sendable {
    /// Its name, for logs and for the user part of Basic authentication.
    public var id: String
    /// What is kept of its key.
    public var key: KeyDigest
    /// The apps it may ask about.
    public var apps: Apps
    /// What it may do.
    public var scopes: Set<Scope>

    /// One kind of thing a client may do (`can` in the configuration).
    public enum Scope: String, CaseIterable, Sendable {
        /// Get tokens.
        case read
        /// Report a token that WeChat refused.
        case refresh
        /// See how the cluster is.
        case observe
        /// Hand leadership over, replace a token although it is good.
        case operate
    }

    /// The apps a client may ask about.
    public enum Apps: Equatable, Sendable {
        /// Every app the cluster keeps, also those added later.
        case all
        /// These and no others.
        case only(Set<AppID>)
    }

    /// Describes a client.
    public init(id: String, key: KeyDigest, apps: Apps, scopes: Set<Scope>) {
        self.id = id
        self.key = key
        self.apps = apps
        self.scopes = scopes
    }

    /// Whether it may ask about `app`.
    public func mayUse(_ app: AppID) -> Bool {
        switch apps {
        case .all: true
        case .only(let apps): apps.contains(app)
        }
    }
}
