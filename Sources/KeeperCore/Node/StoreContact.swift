/// Whether the store answers and what it refuses, said whenever that changes.
struct StoreContact: Sendable {
    /// Whether the last command was answered; nil before the first.
    private(set) var isReachable: Bool?
    private var refusals = RefusalBook()

    /// What it refuses; nil: nothing.
    var refusal: StoreRefusal? { refusals.current }

    /// Takes in how a command ended.
    ///
    /// Only a tick tells whether everything is confirmed, so what is refused of other commands leaves the store
    /// reachable.
    mutating func note(_ error: StoreError?, of kind: RefusalBook.Kind, at now: Instant, into out: inout Outbox) {
        let before = refusal
        var isAnswered = error == nil
        if case .rejected(let refusal) = error {
            refusals.note(refusal, of: kind, at: now)
            isAnswered = kind != .tick && isReachable != false
        } else {
            // Answered, or not answered at all: either way it refuses nothing any more.
            refusals.note(nil, of: kind, at: now)
        }
        if let refusal {
            if refusal.code != before?.code { out.note(.store(.refuses(refusal))) }
        } else if let error, isReachable != false || before != nil {
            out.note(.store(.unreachable(error)))
        } else if isAnswered, isReachable == false || before != nil {
            out.note(.store(.reachable))
        }
        isReachable = isAnswered
    }
}
