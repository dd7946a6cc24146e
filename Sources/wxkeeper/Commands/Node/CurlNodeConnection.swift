internal import ClusterObservation
internal import CurlClient
internal import KeeperConfiguration

/// A node reached over HTTP, by its URL and a client's key.
struct CurlNodeConnection: NodeConnection {
    /// Larger than the status of the largest cluster: 20 000 apps of some 400 bytes.
    static let bodyLimit = 32 << 20

    /// Without a slash at its end.
    let url: String
    let key: Secret
    private let client = CurlClient()

    init(url: String, key: Secret) {
        self.url = url.withoutTrailingSlashes
        self.key = key
    }

    func send(_ question: NodeQuestion) async throws(InquiryFailure) -> NodeAnswer {
        let target: RequestURL
        do {
            target = try RequestURL(url + question.path)
        } catch {
            throw InquiryFailure(reason: .misused, message: "the node's URL: \(error)")
        }
        let request = HTTPRequest(
            target,
            method: question.method == .get ? .get : .post,
            headers: [
                HTTPRequest.Header("Authorization", "Bearer \(key.reveal())"),
                HTTPRequest.Header("Content-Type", "application/json"),
            ],
            body: question.body,
            bodyLimit: Self.bodyLimit
        )
        do {
            let reply = try await client.exchange(request, before: .now + question.timeout)
            return NodeAnswer(
                status: reply.status,
                body: reply.body,
                retryAfter: reply.header("Retry-After").flatMap { Int($0) }
            )
        } catch {
            throw InquiryFailure(reason: .unreachable, message: "no answer from \(url): \(error)")
        }
    }
}
