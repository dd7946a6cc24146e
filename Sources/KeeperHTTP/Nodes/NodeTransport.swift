internal import KeeperCore

/// The way one HTTP exchange with another node takes.
///
/// Knows nothing of proofs.
protocol NodeTransport: Sendable {
    /// Sends `exchange` once and brings the whole answer, or throws.
    func send(
        _ exchange: NodeExchange, before deadline: ContinuousClock.Instant
    ) async throws(NodeTransportFailure) -> NodeReply
}

/// A request on its way to another node.
struct NodeExchange: Sendable {
    var method: Method
    var url: String
    var headers: [(name: String, value: String)]
    var body: [UInt8]
    /// A longer answer is broken off.
    var bodyLimit: Int

    enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
    }
}

/// An answer as it came, not yet believed.
struct NodeReply: Sendable {
    var status: Int
    /// Its `X-Wxkeeper-Mac`.
    var proof: String?
    var body: [UInt8]
}

/// No answer; why, in words that hold no secret.
struct NodeTransportFailure: Error {
    var reason: String
    /// The node of the cluster that did answer, if another was asked.
    var answeredBy: LeaseHolder?
}
