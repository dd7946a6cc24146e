/// Which server answered, over which connection.
///
/// Another server is a reason to distrust what was known.
public struct ServerIdentity: Hashable, Sendable {
    /// The server's own identity, new at each of its starts (Redis: `run_id` of `INFO server`).
    public let run: String
    /// Counts the connections of this node, from 1.
    public let connection: UInt64

    /// Describes the server that answered.
    public init(run: String, connection: UInt64) {
        self.run = run
        self.connection = connection
    }
}

/// What the store answers to a `LeaseCommand`.
public struct LeaseReply: Hashable, Sendable {
    /// Who answered.
    public var server: ServerIdentity
    /// The answer itself.
    public var answer: Answer

    /// Answers, one or two for each command.
    public indirect enum Answer: Hashable, Sendable {
        /// To `tick`.
        case ticked(TickReply)
        /// To `acquire`: the caller leads the term `epoch`; `previous` is the record it replaced, nil if there was
        /// none. It `isOld` if it was granted under an earlier start of the server: then what followed it may have been
        /// lost with that one.
        case granted(epoch: Epoch, previous: LeaseRecord?, isOld: Bool = false)
        /// To `acquire`: the caller already led `epoch` without knowing it.
        case resumed(epoch: Epoch)
        /// To `acquire`, `renew`, `release` and `reportDeath`: no. With the record as it stands, nil if there is none.
        case denied(LeaseRecord?)
        /// To `renew`.
        case renewed(sequence: UInt64)
        /// To `release`, `reportDeath`, `pause` and `leave`.
        case done
    }

    /// Describes an answer.
    public init(server: ServerIdentity, answer: Answer) {
        self.server = server
        self.answer = answer
    }
}
