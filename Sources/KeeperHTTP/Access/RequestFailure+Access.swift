internal import HTTPTypes
internal import KeeperCore

extension RequestFailure {
    /// The caller lacks a scope.
    static func lacks(_ scope: Client.Scope) -> RequestFailure {
        RequestFailure(.forbidden, "this key does not have the right to \(scope.rawValue)")
    }

    /// The caller may not ask about an app, or nobody could: told apart only to callers of all apps.
    static func cannotUse(_ app: AppID, _ client: Client) -> RequestFailure {
        client.apps == .all
            ? RequestFailure(.notFound, "this cluster does not keep the app \(app)")
            : RequestFailure(.forbidden, "this key does not have the right to the app \(app)")
    }
}
