/// Asks the other members what they know: for a leader that lacks a token or has one that nobody vouches for, once
/// after a start, and while the store is away.
struct MemberQuery: Sendable {
    /// Between two rounds while the store is away.
    static let pause: Duration = .seconds(2)

    private var askedFor = Epoch.none
    private var wantedFor: Epoch?
    /// Whether they are to be asked without a term to ask for.
    private var isWanted = false
    private var inFlight: (request: RequestID, sentAt: Instant)?
    private(set) var nextWakeUp: Instant?
    /// Whether anybody answered the last time.
    private(set) var anyoneAnswered = true

    /// A term of ours begins; nobody was asked in it yet.
    mutating func begin() { wantedFor = nil }

    /// There are apps about which nobody was asked yet.
    mutating func startOver() { askedFor = .none }

    /// A leader lacks a token.
    mutating func ask(for epoch: Epoch?) { wantedFor = epoch }

    /// A node has just started, and they may know more than the store.
    mutating func askOnce() { isWanted = true }

    func isAnswered(for epoch: Epoch) -> Bool { askedFor == epoch }

    /// Whether the members are to be asked now: a leader wants it, or the store has been away for too long.
    mutating func isDue(isStoreAway: Bool, at now: Instant) -> Bool {
        guard inFlight == nil else { return false }
        if wantedFor != nil || isWanted { return true }
        guard isStoreAway else {
            nextWakeUp = nil
            return false
        }
        guard let next = nextWakeUp else {
            nextWakeUp = now
            return true
        }
        return next <= now
    }

    mutating func sent(_ request: RequestID, at now: Instant) {
        inFlight = (request, now)
        nextWakeUp = nil
    }

    /// Nobody is there to be asked.
    mutating func skip(at now: Instant) {
        if let wantedFor { askedFor = wantedFor }
        (wantedFor, isWanted) = (nil, false)
        nextWakeUp = now + Self.pause
    }

    /// Takes in the end of a query.
    ///
    /// Returns when it was sent if it is the one in flight.
    mutating func answered(_ request: RequestID, by count: Int, at now: Instant) -> Instant? {
        guard let inFlight, inFlight.request == request else { return nil }
        self.inFlight = nil
        anyoneAnswered = count > 0
        skip(at: now)
        return inFlight.sentAt
    }
}
