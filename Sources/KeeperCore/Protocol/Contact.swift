/// What an attempt to speak to WeChat says about the way there.
public enum Contact: Hashable, Sendable {
    /// Nothing: it was not tried.
    case untried
    /// WeChat was there.
    case met
    /// It was not: no name, no connection, no TLS, or no answer in time.
    case failed
    /// It was, and refuses this node's address (40164): another node may be let in.
    case shutOut
}

extension Refusal {
    /// What it says about the way to WeChat: whatever was refused, WeChat was there to refuse it.
    var contact: Contact { trouble.contact == .shutOut ? .shutOut : .met }
}

extension CallOutcome {
    /// What it says about the way to WeChat.
    var contact: Contact {
        switch self {
        case .issued: .met
        case .refused(let refusal): refusal.contact
        case .notSent(let trouble), .unknown(let trouble): trouble.contact
        }
    }
}

extension ProbeOutcome {
    /// What it says about the way to WeChat.
    var contact: Contact {
        switch self {
        case .alive, .dead: .met
        case .refused(let refusal): refusal.contact
        case .inconclusive(let trouble): trouble.contact
        }
    }
}
