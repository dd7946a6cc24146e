internal import CurlClient

/// Exchanges over libcurl.
struct CurlTransport: NodeTransport {
    let client: CurlClient
    /// PEM certificates to trust instead of the system's, for nodes reached by TLS.
    let authorityFile: String?

    func send(
        _ exchange: NodeExchange, before deadline: ContinuousClock.Instant
    ) async throws(NodeTransportFailure) -> NodeReply {
        let url: RequestURL
        do {
            url = try RequestURL(exchange.url)
        } catch {
            throw NodeTransportFailure(reason: "the node's address is no URL: \(error)")
        }
        let request = HTTPRequest(
            url, method: exchange.method == .get ? .get : .post,
            headers: exchange.headers.map { HTTPRequest.Header($0.name, $0.value) }, body: exchange.body,
            bodyLimit: exchange.bodyLimit, authorityFile: authorityFile)
        do {
            let reply = try await client.exchange(request, before: deadline)
            return NodeReply(status: reply.status, proof: reply.header("X-Wxkeeper-Mac"), body: reply.body)
        } catch {
            throw NodeTransportFailure(reason: "\(error)")
        }
    }
}
