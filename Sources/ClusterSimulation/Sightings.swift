/// What a run must have seen at least once, or it has shown nothing (Antithesis calls these sometimes-assertions).
package enum Sighting: Int, CaseIterable, Sendable {
    case steal, amnesia, lostGrantResumed, revivedTerm, leftHandedOn, quietPeriod, lapse, recovery, uncertainty
    case intentOfAnotherTerm, unknownCall, permitWithdrawn, refusedPublication, retriedPublication, restoration
    case externalRotation
    case deathReported, gaveWay, longHold, forwarded, misdirected, stillValid, refreshed, tooSoon, unavailable, refused
    case nameContested, nameTaken, strictTwo, repeatedEpoch

    /// Those without which a long run of ordinary and harsh worlds is not done.
    package static let needed = allCases.filter { sighting in
        ![.nameTaken, .repeatedEpoch, .revivedTerm].contains(sighting)
    }

    /// What it says in a table.
    package var sentence: String {
        switch self {
        case .steal: "a lock that could not be right was taken over"
        case .amnesia: "a lease was granted by a store that had lost the record"
        case .lostGrantResumed: "a lost grant was resumed"
        case .revivedTerm: "a term came back to life by a rollback"
        case .leftHandedOn: "a release handed on a rest to wait (left > 0)"
        case .quietPeriod: "a leader was quiet (quiet > 0)"
        case .lapse: "a lease lapsed"
        case .recovery: "a lapsed lease went on"
        case .uncertainty: "a token became uncertain"
        case .intentOfAnotherTerm: "a leader found the open intent of an earlier term"
        case .unknownCall: "a call had an unknown outcome"
        case .permitWithdrawn: "a call was stopped by the pre-request check"
        case .refusedPublication: "a late publication was refused"
        case .retriedPublication: "a publication was repeated"
        case .restoration: "a lost record was written back"
        case .externalRotation: "an external rotation was found out"
        case .deathReported: "a dead leader's parent gave its lease up"
        case .gaveWay: "a leader cut off from WeChat gave way"
        case .longHold: "a caller was held for more than a second"
        case .forwarded: "a refresh was forwarded"
        case .misdirected: "a forwarded refresh met no leader (421)"
        case .stillValid: "a report was answered: the token still lives"
        case .refreshed: "a report was answered with a new token"
        case .tooSoon: "a refresh was asked too soon (429)"
        case .unavailable: "a refresh found nobody to ask (503)"
        case .refused: "a refresh was refused by WeChat (502)"
        case .nameContested: "a restarted node found its name taken"
        case .nameTaken: "a node ended because its name lives elsewhere"
        case .strictTwo: "a token lived that the strict reading would have refused"
        case .repeatedEpoch: "an epoch number came again after a total loss"
        }
    }
}

/// How often each `Sighting` was made.
package struct Sightings: Equatable, Sendable {
    private var counts = [Int](repeating: 0, count: Sighting.allCases.count)

    /// Nothing seen yet.
    package init() {}

    /// How often it was seen.
    package subscript(sighting: Sighting) -> Int { counts[sighting.rawValue] }

    /// Counts one more, or several.
    mutating func count(_ sighting: Sighting, _ times: Int = 1) { counts[sighting.rawValue] += times }

    /// Adds another run's.
    mutating func add(_ other: Sightings) {
        for index in counts.indices { counts[index] += other.counts[index] }
    }
}
