internal import CurlClient
internal import KeeperConfiguration

/// One node, as the commands that talk to it see it.
protocol NodeConnection: Sendable {
    /// Asks once and waits for the answer, whatever its status.
    func send(_ question: NodeQuestion) async throws(CommandFailure) -> NodeAnswer
}

/// One request to a node.
struct NodeQuestion: Sendable, Equatable {
    enum Method: Sendable, Equatable {
        case get, post
    }

    var method = Method.get
    /// With its query, such as `/token?appid=wx1`.
    var path: String
    /// JSON; may hold a token.
    var body: [UInt8] = []
    /// How long to wait.
    ///
    /// A refresh is held by the node until there is a leader, so it takes longer than the rest.
    var timeout = Duration.seconds(10)
}

/// What the node said.
struct NodeAnswer: Sendable, Equatable {
    var status: Int
    /// JSON; may hold a token.
    var body: [UInt8]
    /// Whole seconds after which to ask again, if the node gave any.
    var retryAfter: Int?
}

/// Why a command ends without having done its work: the sentence for the person, the number for the script.
struct CommandFailure: Error, Sendable, Equatable {
    var status: ExitStatus
    var message: String
    /// The status of the answer that was no success, if there was an answer.
    var answered: Int?
}

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

    func send(_ question: NodeQuestion) async throws(CommandFailure) -> NodeAnswer {
        let target: RequestURL
        do {
            target = try RequestURL(url + question.path)
        } catch {
            throw CommandFailure(status: .usage, message: "the node's URL: \(error)")
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
            throw CommandFailure(status: .unreachable, message: "no answer from \(url): \(error)")
        }
    }
}
