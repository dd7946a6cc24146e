/// The requests and answers of one connection, in their order: what may be read, and when the connection ends.
///
/// Requests may come before earlier ones are answered; they are answered one after the other. After the last request of
/// a connection, or one that is refused, nothing more is read.
struct Conversation {
    /// What is to be done as an answer ends.
    enum Next {
        /// Nothing: another request may follow.
        case goOn
        /// This is said to the request that was refused, and the connection ends.
        case refuse(Refusal)
        /// The connection ends.
        case end
    }

    /// A request that never reaches the rest of the server.
    struct Refusal {
        var failure: RequestFailure
        /// Whether it asked by HEAD, so that the answer has no body.
        var isHead = false
    }

    /// A request and its answer.
    private struct Exchange {
        var traits: RequestTraits
        var hasBodyBegun = false
        var isReceived = false
        var isAnswered = false
        var endsConnection = false
    }

    private var exchanges: [Exchange] = []
    private var refusal: Refusal?
    /// Whether nothing that comes is looked at any more.
    private(set) var isOver = false

    /// A request's head has come.
    mutating func begin(_ traits: RequestTraits) {
        exchanges.append(Exchange(traits: traits, endsConnection: traits.isLast))
    }

    /// A part of its body has come.
    mutating func bodyArrived() {
        guard let last = exchanges.indices.last else { return }
        exchanges[last].hasBodyBegun = true
    }

    /// Its end has come.
    ///
    /// Returns whether NIO's decoder stops here.
    mutating func received() -> Bool {
        guard let last = exchanges.indices.last else { return false }
        exchanges[last].isReceived = true
        let exchange = exchanges[last]
        if exchange.endsConnection { isOver = true }
        if exchange.isAnswered { exchanges.removeFirst() }
        return exchange.traits.stopsDecoder
    }

    /// A request is refused.
    ///
    /// Returns what to do now: nothing, if earlier ones are to be answered first.
    mutating func refuse(_ refusal: Refusal) -> Next {
        isOver = true
        guard exchanges.isEmpty else {
            self.refusal = refusal
            return .goOn
        }
        return .refuse(refusal)
    }

    /// What comes is no HTTP.
    ///
    /// Returns what to do now, or nil if the request that is being read is to be told.
    mutating func broke(_ refusal: Refusal) -> Next? {
        guard !isOver else { return .goOn }
        guard let last = exchanges.indices.last, !exchanges[last].isReceived else { return refuse(refusal) }
        isOver = true
        exchanges[last].endsConnection = true
        return exchanges[last].isAnswered ? .end : nil
    }

    /// Whether `100 Continue` is to be sent now: a handler wants the body, and the caller waits to be asked.
    mutating func wantsBody() -> Bool {
        guard exchanges.first?.traits.awaitsContinue == true else { return false }
        exchanges[0].traits.awaitsContinue = false
        return !exchanges[0].hasBodyBegun && !exchanges[0].isReceived
    }

    /// The head of an answer is to be sent; nil if nobody waits for one.
    ///
    /// Returns whether the connection ends with it: also when a body may follow that nobody is going to read, or that
    /// may never come.
    mutating func answer(isLast: Bool) -> Bool? {
        guard let exchange = exchanges.first, !exchange.isAnswered else { return nil }
        let isUnread =
            switch exchange.traits.body {
            case .none: false
            case .short: !exchange.isReceived && !exchange.hasBodyBegun && exchange.traits.awaitsContinue
            case .long: true
            case .chunked: !exchange.isReceived
            }
        if isLast || isUnread { exchanges[0].endsConnection = true }
        return exchanges[0].endsConnection
    }

    /// The end of an answer is to be sent.
    mutating func answered() -> Next {
        guard let exchange = exchanges.first else { return .goOn }
        if exchange.endsConnection {
            isOver = true
            exchanges = []
            return .end
        }
        if exchange.isReceived { exchanges.removeFirst() } else { exchanges[0].isAnswered = true }
        guard exchanges.isEmpty, let refusal else { return .goOn }
        return .refuse(refusal)
    }
}
