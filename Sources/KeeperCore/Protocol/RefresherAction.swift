/// What a refresher wants of the node around it.
///
/// What it wants of the world are `NodeAction`s; both go through the one `Outbox`.
enum RefresherAction: Equatable, Sendable {
    /// The lease was too short for a call: renew it now.
    case renewLease
    /// A publication of ours was refused, so somebody rotates beside us: give the lease up.
    case stepDown
    /// The plan is due but waits for the rest of the node: see to that, and let it step again then.
    case wait(for: Condition)
    /// Its job does something else now.
    case activity(RefresherActivity)
    /// A call of unknown outcome may be processed until then.
    case callMayBeProcessed(until: Instant)
    /// The number of a term was given twice: the next term must not be below this one.
    case nextTerm(atLeast: Epoch)
    /// Another token is handed out, or none any more.
    case served(Token?)

    /// What a plan waits for.
    enum Condition: Equatable, Sendable {
        /// The lease is too short for a call: until it is renewed.
        case renewal
        /// The token is missing, or not proven: until the members were asked, before WeChat is.
        case members
        /// Too many calls are in flight: until one is over.
        case slot
    }
}

/// What the job of a refresher does, as far as the node must know.
enum RefresherActivity: UInt8, Sendable {
    case idle
    /// WeChat is asked whether the token lives.
    case verifying
    /// A call for a token is announced, or on its way.
    case fetching
    /// What a call has brought is being told to the store.
    case storing
    /// What the store has lost is written back.
    case restoring

    /// Whether a call to WeChat is in flight, or will be once its intent stands.
    var callsWeChat: Bool { self == .verifying || self == .fetching }

    /// Whether a call for a token, or its outcome, is on the way: then the lease must not be given up yet.
    var isBusy: Bool { self == .fetching || self == .storing }
}
