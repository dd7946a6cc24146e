extension SimulatedWeChat {
    /// One call, as the log keeps it.
    public struct CallRecord: Equatable, Sendable {
        /// Numbers calls in the order of their arrival, from 1.
        public let sequence: Int
        /// Where it was sent.
        public let endpoint: Endpoint
        /// The app it names, or whose token it carries; the corpid, if the secret is that of no app of WeCom.
        public let appID: String?
        /// Who called.
        public let caller: Caller
        /// Whether a forced refresh was asked for.
        public let isForced: Bool
        /// The kind of ticket that was asked for.
        public let ticket: TicketKind?
        /// Whether somebody outside the cluster made this fetch (`SimulatedWeChat.rotateExternally`).
        public let isExternal: Bool
        /// The fault that struck it.
        public let fault: Fault.Kind?
        /// When the whole request had arrived.
        public let startedAt: Instant
        /// When it was processed: the one moment at which it had its effect.
        ///
        /// Nil: not yet or never.
        public internal(set) var processedAt: Instant?
        /// When it was over: the answer handed to the connection, or the connection gone, and no effect to come.
        public internal(set) var endedAt: Instant?
        /// What processing it came to.
        public internal(set) var outcome: Outcome?
        /// How it ended.
        public internal(set) var ending: Ending?
        /// The fingerprint of the token that was issued, repeated or asked about, or of the ticket that was given.
        ///
        /// A refused question for a ticket has its token's.
        public internal(set) var fingerprint: String?
        /// Whether the token it carries was refused on the strict reading, yet alive on the grace reading.
        public internal(set) var isInGrace = false
        /// Whether it has had, or is going to have, its effect.
        let willBeProcessed: Bool

        init(
            sequence: Int,
            request: Request,
            appID: String?,
            caller: Caller,
            fault: Fault?,
            isExternal: Bool = false,
            at startedAt: Instant
        ) {
            self.sequence = sequence
            self.endpoint = request.endpoint
            self.appID = appID
            self.caller = caller
            self.isForced = request.isForced
            self.ticket = request.ticketKind
            self.isExternal = isExternal
            self.fault = fault?.kind
            self.startedAt = startedAt
            self.willBeProcessed = fault?.processes ?? true
        }
    }

    /// What processing a call came to.
    public enum Outcome: Equatable, Sendable {
        /// A new token was issued.
        case issued
        /// The token of the stable or the WeCom line was given again.
        case repeated
        /// A new ticket was given.
        case ticketIssued
        /// The ticket was given that had been given before.
        case ticketRepeated
        /// The token asked about is alive.
        case accepted
        /// An errcode.
        case refused(Int)
    }

    /// How a call ended.
    public enum Ending: String, Sendable, Codable {
        /// The answer, as whole as the fault allows, was handed to the connection.
        case answered
        /// Half an answer was written, then the connection closed.
        case cut
        /// The simulator reset the connection.
        case reset
        /// The caller went away, or the simulator stopped, before the answer was out.
        case abandoned
    }

    /// A call that has arrived and not yet ended.
    ///
    /// Hand it back to `process` once, and to `finish`.
    public struct OpenCall: Equatable, Sendable {
        /// Its number in the log.
        public let sequence: Int
        /// What was asked.
        public let request: Request
        /// Where the caller is.
        public let address: String
        /// The fault that strikes it.
        public let fault: Fault?
    }
}

/// The newest calls, in a ring.
struct CallLog: Equatable {
    let capacity: Int
    private var ring: [SimulatedWeChat.CallRecord] = []
    private(set) var lastSequence = 0

    init(capacity: Int) {
        self.capacity = capacity
    }

    var nextSequence: Int { lastSequence + 1 }

    mutating func append(_ record: SimulatedWeChat.CallRecord) {
        precondition(record.sequence == nextSequence, "call \(record.sequence) follows \(lastSequence)")
        lastSequence += 1
        if ring.count < capacity { ring.append(record) } else { ring[slot(of: lastSequence)] = record }
    }

    /// Changes one record; does nothing if it was forgotten.
    mutating func update(_ sequence: Int, _ change: (inout SimulatedWeChat.CallRecord) -> Void) {
        let slot = slot(of: sequence)
        guard ring.indices.contains(slot), ring[slot].sequence == sequence else { return }
        change(&ring[slot])
    }

    /// Calls after `sequence` in the order of arrival, at most `limit`, those of one app or of all.
    func records(after sequence: Int, appID: String?, limit: Int) -> [SimulatedWeChat.CallRecord] {
        var result: [SimulatedWeChat.CallRecord] = []
        var next = max(sequence + 1, lastSequence - ring.count + 1)
        while next <= lastSequence, result.count < limit {
            let record = ring[slot(of: next)]
            if appID == nil || record.appID == appID { result.append(record) }
            next += 1
        }
        return result
    }

    private func slot(of sequence: Int) -> Int { (sequence - 1) % capacity }
}
