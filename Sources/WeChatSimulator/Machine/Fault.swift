extension SimulatedWeChat {
    /// Something that goes wrong with one call.
    public struct Fault: Equatable, Sendable {
        /// What goes wrong.
        public enum Kind: Equatable, Sendable {
            /// Nothing but the two delays.
            case delay
            /// The request is read, never processed and never answered.
            case hang
            /// The connection is reset (TCP RST) before anything is processed.
            case resetBefore
            /// The request is processed, then the connection is reset.
            case resetAfter
            /// The request is processed and never answered; the connection stays open.
            case lostAnswer
            /// An errcode instead of the answer.
            case error(WeChatError)
            /// The head announces the whole answer, half of it comes, the connection is closed.
            case truncated
            /// An answer of so many bytes, in chunks of unannounced length.
            case huge(bytes: Int)
            /// A page of HTML, with status 200.
            case html
            /// A page of HTML, with this status.
            case status(Int)
            /// Status 200 and no body.
            case empty
            /// One byte of the answer at a time, this far apart.
            case drip(every: Duration)
            /// `expires_in` is this JSON text, or is left out when nil.
            case expiresIn(String?)
            /// `access_token`, or `ticket`, is the empty string.
            case emptyToken
        }

        /// What goes wrong.
        public var kind: Kind
        /// Time that passes before the request is processed.
        public var delayBefore: Duration
        /// Time that passes between processing and the answer.
        public var delayAfter: Duration
        /// Whether the request is processed, which may issue a token, although the caller does not learn it.
        public var processes: Bool

        /// A fault of this kind.
        ///
        /// Unless told otherwise it processes the request where a caller could not know.
        public init(
            _ kind: Kind,
            delayBefore: Duration = .zero,
            delayAfter: Duration = .zero,
            processes: Bool? = nil
        ) {
            self.kind = kind
            self.delayBefore = delayBefore
            self.delayAfter = delayAfter
            self.processes = processes ?? kind.usuallyProcesses
        }
    }

    /// A fault that waits for its calls.
    public struct ArmedFault: Equatable, Sendable {
        /// The number to name it by.
        public let id: Int
        /// The app it strikes; nil: every app, and calls that name none.
        public let appID: String?
        /// The endpoint it strikes; nil: all.
        public let endpoint: Endpoint?
        /// What goes wrong.
        public let fault: Fault
        /// How many more calls it strikes; nil: until it is cleared.
        public internal(set) var remaining: Int?
    }
}

extension SimulatedWeChat.Fault.Kind {
    /// The name in the control interface.
    public var name: String {
        switch self {
        case .delay: "delay"
        case .hang: "hang"
        case .resetBefore: "reset-before"
        case .resetAfter: "reset-after"
        case .lostAnswer: "lost-answer"
        case .error: "error"
        case .truncated: "truncated"
        case .huge: "huge"
        case .html: "html"
        case .status: "status"
        case .empty: "empty"
        case .drip: "drip"
        case .expiresIn: "expires-in"
        case .emptyToken: "empty-token"
        }
    }

    /// Gateways answer with errors and pages *instead of* the service; the other faults hit its answer.
    var usuallyProcesses: Bool {
        switch self {
        case .hang, .resetBefore, .error, .html, .status: false
        case .delay, .resetAfter, .lostAnswer, .truncated, .huge, .empty, .drip, .expiresIn, .emptyToken: true
        }
    }
}

/// The faults that wait, in the order they were armed.
struct FaultBoard: Equatable {
    private(set) var armed: [SimulatedWeChat.ArmedFault] = []
    private var lastID = 0

    mutating func arm(
        _ fault: SimulatedWeChat.Fault,
        appID: String?,
        endpoint: SimulatedWeChat.Endpoint?,
        times: Int?
    ) -> Int {
        lastID += 1
        armed.append(.init(id: lastID, appID: appID, endpoint: endpoint, fault: fault, remaining: times))
        return lastID
    }

    /// Clears the faults that match every argument given.
    ///
    /// Returns how many.
    mutating func clear(id: Int?, appID: String?, endpoint: SimulatedWeChat.Endpoint?) -> Int {
        let before = armed.count
        armed.removeAll { armed in
            (id == nil || armed.id == id) && (appID == nil || armed.appID == appID)
                && (endpoint == nil || armed.endpoint == endpoint)
        }
        return before - armed.count
    }

    /// The first fault that matches strikes, and no other.
    mutating func strike(appID: String?, endpoint: SimulatedWeChat.Endpoint) -> SimulatedWeChat.Fault? {
        let match = armed.firstIndex { armed in
            (armed.appID == nil || armed.appID == appID) && (armed.endpoint == nil || armed.endpoint == endpoint)
        }
        guard let match else { return nil }
        let fault = armed[match].fault
        if let remaining = armed[match].remaining {
            if remaining > 1 { armed[match].remaining = remaining - 1 } else { armed.remove(at: match) }
        }
        return fault
    }
}
