internal import Foundation
public import KeeperCore

/// All clients, found by the key they present.
///
/// Promises: a client is found only by its own key (with Basic authentication, also by its own id); the search takes
/// the same time for a key that is nearly right as for one that is wholly wrong. Keeps no key, only digests.
public struct ClientDirectory: Sendable {
    /// A longer `Authorization` header is not even looked at.
    static let longestAuthorization = 2048

    private let clients: [KeyDigest: Client]
    private let knownApps: [AppID]

    /// Why a list of clients makes no directory.
    public enum Conflict: Error, Equatable, Sendable, CustomStringConvertible {
        /// Two clients have this id.
        case sameID(String)
        /// These two clients have the same key.
        case sameKey(String, String)

        /// What is wrong, without a key.
        public var description: String {
            switch self {
            case .sameID(let id): "two clients have the id \(id)"
            case .sameKey(let first, let second): "the clients \(first) and \(second) have the same key"
            }
        }
    }

    /// Makes a directory of `clients`, who ask about `apps`: what `Client.Apps.all` stands for.
    public init(_ clients: [Client], apps: [AppID]) throws(Conflict) {
        var byKey: [KeyDigest: Client] = [:]
        var ids: Set<String> = []
        for client in clients {
            guard ids.insert(client.id).inserted else { throw .sameID(client.id) }
            if let other = byKey.updateValue(client, forKey: client.key) { throw .sameKey(other.id, client.id) }
        }
        self.clients = byKey
        knownApps = apps
    }

    /// The client that an `Authorization` header names: `Bearer KEY`, or `Basic` with its id and key.
    func client(presenting authorization: String) -> Client? {
        guard authorization.utf8.count <= Self.longestAuthorization, let space = authorization.firstIndex(of: " ")
        else { return nil }
        let credentials = authorization[space...].drop { $0 == " " }
        switch authorization[..<space].lowercased() {
        case "bearer": return client(withKey: credentials)
        case "basic": return client(withBasic: credentials)
        default: return nil
        }
    }

    /// The one app `client` may use; nil if there are several or none.
    func onlyApp(of client: Client) -> AppID? {
        switch client.apps {
        case .all: knownApps.count == 1 ? knownApps[0] : nil
        case .only(let apps): apps.count == 1 ? apps.first : nil
        }
    }

    /// The client whose key this is.
    func client(withKey key: Substring) -> Client? {
        key.isEmpty ? nil : clients[KeyDigest(of: String(key))]
    }

    private func client(withBasic credentials: Substring) -> Client? {
        guard let bytes = Data(base64Encoded: String(credentials)), let text = String(bytes: bytes, encoding: .utf8),
            let colon = text.firstIndex(of: ":"), let client = client(withKey: text[colon...].dropFirst()),
            client.id == text[..<colon]
        else { return nil }
        return client
    }
}
