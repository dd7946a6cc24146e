/// The one job of a refresher, so that a node never has two calls for one app in flight.
struct Work: Sendable {
    /// What the job is doing.
    enum Job: Sendable {
        /// Nothing. Can transition to: any other when the plan says so.
        case idle
        /// WeChat is asked whether the token lives. Can transition to: `idle`.
        case verifying(request: RequestID, question: Question)
        /// The intent is on its way to the store. Can transition to: `calling` if accepted and the lease outlasts a
        /// call; `resolving` if it may have run; `idle` if refused.
        case beginning(request: RequestID, intent: IntentID, context: CallContext)
        /// WeChat is called. Can transition to: `publishing` with a token; `resolving` without.
        case calling(request: RequestID, intent: IntentID?, context: CallContext)
        /// The token is on its way to the store, again and again; without a request it waits for its repetition. Can
        /// transition to: `idle` once answered.
        indirect case publishing(pending: Pending, request: RequestID?)
        /// The intent's end is on its way to the store, again and again. Can transition to: `idle` once answered.
        indirect case resolving(abortion: Abortion, request: RequestID?)
        /// A lost record is written back. Can transition to: `idle`.
        case restoring(RequestID)
    }

    private(set) var job = Job.idle
    /// When the request of the job was sent: what its answer shows was true then or later.
    private(set) var sentAt = Instant.origin
    /// Next repetition of a command the store has not acknowledged; counts only while the job waits for that.
    private var repeatAt = Instant.origin

    /// What the rest of the node sees of it.
    var activity: RefresherActivity {
        switch job {
        case .idle: .idle
        case .verifying: .verifying
        case .beginning, .calling: .fetching
        case .publishing, .resolving: .storing
        case .restoring: .restoring
        }
    }

    var isIdle: Bool { if case .idle = job { true } else { false } }

    /// Whether WeChat is asked whether the token lives.
    var isVerifying: Bool { if case .verifying = job { true } else { false } }

    /// When what the store has not acknowledged is to be told again; nil if there is nothing.
    var nextRepetition: Instant? {
        switch job {
        case .publishing(_, request: nil), .resolving(_, request: nil): repeatAt
        case .idle, .verifying, .beginning, .calling, .publishing, .resolving, .restoring: nil
        }
    }
}

// MARK: Transitions

extension Work {
    /// A request has been sent.
    mutating func start(_ next: Job, at now: Instant, into out: inout Outbox) {
        sentAt = now
        become(next, into: &out)
    }

    /// The store has not acknowledged it, or shall not be told yet: it is sent (again) at that moment.
    mutating func postpone(_ next: Job, until moment: Instant, into out: inout Outbox) {
        repeatAt = moment
        become(next, into: &out)
    }

    /// The job is done, or given up.
    mutating func finish(into out: inout Outbox) { become(.idle, into: &out) }

    private mutating func become(_ next: Job, into out: inout Outbox) {
        let before = activity
        job = next
        if activity != before { out.want(.activity(activity)) }
    }
}

// MARK: What a job is about

extension Work {
    /// A question to WeChat about a token.
    struct Question: Sendable {
        let reason: ProbeReason
        let token: Fingerprint
        /// The term in which it was asked.
        let epoch: Epoch
    }

    /// Why WeChat is asked about a token.
    enum ProbeReason: Equatable, Sendable {
        case reported
        case watched
        /// It was found in the store by a node that knew none.
        case unproven
    }

    /// What a call was decided on.
    struct CallContext: Sendable {
        let kind: CallKind
        let reason: RotationReason
        /// Whether a program outside the cluster has ended the token it replaces.
        let followsExternalRotation: Bool
        let epoch: Epoch
        /// Before the call was sent; its token's life counts from here.
        var begun: Instant
        /// The stored version and event at the decision.
        let knownVersion: UInt64
        let settledEvent: UInt64
    }

    /// A token that WeChat has issued and the store has not acknowledged.
    struct Pending: Sendable {
        let intent: IntentID?
        let context: CallContext
        let credential: Credential
    }
}
