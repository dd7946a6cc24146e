internal import HTTPTypes
internal import Hummingbird
internal import KeeperCore
internal import KeeperPorts

/// What load balancers and supervisors ask, without a key: `/livez`, `/readyz`, `/leader`, `/follower`, `/health`.
///
/// Their answers hold no token, no secret and no address. None of them waits for the node, so they are told how it is
/// also when it is stuck.
struct HealthEndpoints: Sendable {
    let provider: any CredentialProvider

    /// Whether the loop turns.
    ///
    /// Never looks at the store, WeChat or other nodes, so no outage restarts a node.
    func live() throws -> Response {
        guard provider.idleTime() < NodeSettings.longestIdleTime else {
            throw RequestFailure(.serviceUnavailable, "the node's loop does not turn")
        }
        return try Response(encoding: ["alive": true])
    }

    /// Whether the node should be asked for tokens.
    func ready() throws -> Response {
        let health = provider.health()
        return try Response(encoding: ReadinessDocument(health), status: Self.status(health))
    }

    /// Whether the node leads, judged by its own lease deadline.
    func leader() throws -> Response {
        guard provider.role() == .leader else {
            throw RequestFailure(.serviceUnavailable, "this node does not lead")
        }
        return try Response(encoding: ["leader": true])
    }

    /// Whether the node does not lead.
    func follower() throws -> Response {
        guard provider.role() != .leader else {
            throw RequestFailure(.serviceUnavailable, "this node leads")
        }
        return try Response(encoding: ["follower": true])
    }

    /// How the node is, in detail; the status is that of `ready`.
    func health() throws -> Response {
        let health = provider.health()
        return try Response(encoding: HealthDocument(health), status: Self.status(health))
    }

    private static func status(_ health: NodeHealth) -> HTTPResponse.Status {
        health.isReady ? .ok : .serviceUnavailable
    }
}
