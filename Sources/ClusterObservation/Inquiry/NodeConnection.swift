/// One node, as whoever asks it questions sees it.
package protocol NodeConnection: Sendable {
    /// Asks once and waits for the answer, whatever its status.
    func send(_ question: NodeQuestion) async throws(InquiryFailure) -> NodeAnswer
}

/// One request to a node.
package struct NodeQuestion: Sendable, Equatable {
    package enum Method: Sendable, Equatable {
        case get, post
    }

    package var method = Method.get
    /// With its query, such as `/token?appid=wx1`.
    package var path: String
    /// JSON; may hold a token.
    package var body: [UInt8] = []
    /// How long to wait.
    ///
    /// A refresh is held by the node until there is a leader, so it takes longer than the rest.
    package var timeout = Duration.seconds(10)

    package init(method: Method = .get, path: String, body: [UInt8] = [], timeout: Duration = .seconds(10)) {
        self.method = method
        self.path = path
        self.body = body
        self.timeout = timeout
    }
}

/// What the node said.
package struct NodeAnswer: Sendable, Equatable {
    package var status: Int
    /// JSON; may hold a token.
    package var body: [UInt8]
    /// Whole seconds after which to ask again, if the node gave any.
    package var retryAfter: Int?

    package init(status: Int, body: [UInt8], retryAfter: Int?) {
        self.status = status
        self.body = body
        self.retryAfter = retryAfter
    }
}

/// Why an inquiry came to nothing.
package struct InquiryFailure: Error, Sendable, Equatable {
    package enum Reason: Sendable, Equatable {
        /// The question cannot be sent: the node's URL is wrong.
        case misused
        /// No answer came.
        case unreachable
        /// The node refused, or what it said is not understood.
        case failed
    }

    package var reason: Reason
    /// A sentence for a person.
    package var message: String
    /// The status of the answer that was no success, if there was an answer.
    package var answered: Int?

    package init(reason: Reason, message: String, answered: Int? = nil) {
        self.reason = reason
        self.message = message
        self.answered = answered
    }
}
