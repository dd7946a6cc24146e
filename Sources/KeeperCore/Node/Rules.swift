/// Something the safety of the cluster rests on, and that a test can take out to show that its absence is noticed.
///
/// Most rules are obeyed in this room. `preRequestCheck` and `intentFence` are obeyed by the shell and by the store;
/// they stand here so that there is one list.
package enum Rule: UInt8, CaseIterable, Sendable {
    /// A new leader waits before its first rotating call.
    case quietPeriod
    /// It waits also where the predecessor's record was found: the lock's expiry proves nothing.
    case quietAfterKnownTerm
    /// A released term hands on the rest of its own quiet period and of a call of unknown outcome.
    case restHandedOn
    /// A released term hands on what a call of unknown outcome may still do.
    case unknownCallHandedOn
    /// The proven death of a leader that was still in its own quiet period shortens nothing.
    case deathProvesOneTerm
    /// After the proven death of a leader, an app with an open intent waits until its call must be over.
    case deathLeavesCallsOpen
    /// The lease is counted from before the request, not from the reply.
    case leaseFromRequest
    /// A call starts only if the lease outlasts it.
    case budget
    /// An incarnation that finds its own name in the record is bound by it as if it were another's, unless it knew
    /// that very term.
    case ownRecordIsProvenByEpoch
    /// A leader whose store's server was replaced gives its term up.
    case replacedServerEndsTerm
    /// A call of unknown outcome leaves a taint.
    case taint
    /// A lock that cannot be right is taken over.
    case steal
    /// A new leader asks the members before it fetches what the store lacks.
    case membersAskedFirst
    /// The lease is asked for a last time when the connection to WeChat stands and nothing has been sent.
    case preRequestCheck
    /// A publication is accepted only under its intent.
    case intentFence

    /// Its name, as chosen on a command line.
    package var name: String { "\(self)" }

    /// The rule of this name.
    package init?(named name: String) {
        guard let rule = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = rule
    }
}

/// The rules in force. A running node obeys all of them; no configuration leads here.
package struct Rules: Equatable, Sendable {
    private var takenOut: UInt32 = 0

    /// Every rule.
    package static let all = Rules()

    /// Every rule but these.
    package static func all(but rules: Rule...) -> Rules {
        var left = Rules()
        for rule in rules { left.takenOut |= 1 << UInt32(rule.rawValue) }
        return left
    }

    /// Whether the rule is in force.
    package func demand(_ rule: Rule) -> Bool { takenOut & (1 << UInt32(rule.rawValue)) == 0 }

    /// Whether a test has taken the rule out.
    func waive(_ rule: Rule) -> Bool { !demand(rule) }
}
