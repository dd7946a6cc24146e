/// Something the safety of the cluster rests on, and that a test can take out to show that its absence is noticed.
///
/// Most rules are obeyed in this room. `preRequestCheck` is obeyed by the shell, those from `intentFence` to
/// `restoresUpward` by the store; they stand here so that there is one list.
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
    /// The record of a term that an earlier start of the server granted proves nothing: what followed may be lost.
    case oldRecordProvesNothing
    /// A call of unknown outcome leaves an uncertainty.
    case uncertainty
    /// A lock that cannot be right is taken over.
    case steal
    /// A new leader asks the members before it fetches what the store lacks.
    case membersAskedFirst
    /// The lease is asked for a last time when the connection to WeChat stands and nothing has been sent.
    case preRequestCheck
    /// A publication is accepted only under its intent.
    case intentFence
    /// A publication that is repeated is answered as the first time.
    case publishOnce
    /// An intent is opened only if the record is what the decision was based on.
    case beginComparesBasis
    /// An intent over an unresolved one turns that one into an uncertainty.
    case oldIntentBecomesUncertainty
    /// A call that surely had no effect ends its own intent and no earlier uncertainty.
    case abortKeepsUncertainty
    /// A lease is taken over only from the very renewal that was watched.
    case stealsWhatWasWatched
    /// Only what is missing or lower is written back.
    case restoresUpward
    /// An app with an open intent of another term, or an uncertainty, waits δ longer.
    case openIntentWaitsLonger
    /// Where no record was found, every app waits δ longer.
    case amnesiaLeavesAllUncertain
    /// A grant whose answer was lost counts as the worst.
    case resumedIsWorst
    /// No term is below one that anybody remembers.
    case highestEpochSeen
    /// The lease is released only when no call is in flight.
    case releasesAfterCalls
    /// After a call of unknown outcome nothing is called until WeChat can no longer be late.
    case waitsAfterUnknown
    /// A reported token is replaced only if WeChat refuses it.
    case verifiesReports
    /// A living token is not replaced too soon, whoever asks.
    case spacing
    /// Not even a dead one is replaced at once.
    case minimumSpacing
    /// A token's life is counted from before the call.
    case lifeFromRequest
    /// A node never goes back to an older token.
    case versionsNeverFall
    /// A node that has heard from nobody for too long to know whether its tokens are the newest is not ready.
    case readerLease

    /// Its name, as chosen on a command line.
    package var name: String { "\(self)" }

    /// The rule of this name.
    package init?(named name: String) {
        guard let rule = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = rule
    }
}

/// The rules in force.
///
/// A running node obeys all of them; no configuration leads here.
package struct Rules: Equatable, Sendable {
    private var takenOut: UInt64 = 0

    /// Every rule.
    package static let all = Rules()

    /// Every rule but these.
    package static func all(but rules: Rule...) -> Rules {
        var left = Rules()
        for rule in rules { left.takenOut |= 1 << UInt64(rule.rawValue) }
        return left
    }

    /// Whether the rule is in force.
    ///
    /// Asked in this room only by the questions in `LeaseRules`, `NodeRules` and `CredentialRules`; and by those who
    /// obey a rule outside of it.
    package func isInForce(_ rule: Rule) -> Bool { takenOut & (1 << UInt64(rule.rawValue)) == 0 }
}
