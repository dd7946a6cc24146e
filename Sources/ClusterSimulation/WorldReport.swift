/// What a world has come to.
package struct WorldReport: Equatable, Sendable {
    /// The world's number.
    package var seed: UInt64
    /// Requests for a token that left a node.
    package var calls = 0
    /// Tokens that the cluster made WeChat issue.
    package var issues = 0
    /// Terms of leadership.
    package var terms = 0
    /// Things that happened.
    package var steps = 0
    /// Invariants violated, first ones first; at most `mostViolations`.
    package var violations: [Violation] = []
    /// What was seen.
    package var sightings = Sightings()
    /// Longest time from an issue to the publication of it or a later one, in seconds.
    package var longestUnpublished = 0.0
    /// A hash over everything that happened: the same seed gives the same.
    package var digest: UInt64 = 0xCBF2_9CE4_8422_2325

    /// Where a world ends early.
    static let mostViolations = 8

    /// Takes one more number into the hash.
    mutating func digest(_ value: Int64) {
        digest = (digest ^ UInt64(bitPattern: value)) &* 0x100_0000_01B3
    }
}

/// An invariant violated in a world.
package struct Violation: Equatable, Sendable {
    /// The world.
    package var seed: UInt64
    /// When, in seconds.
    package var at: Double
    /// The invariant.
    package var invariant: Invariant
    /// What happened.
    package var sentence: String

    /// The invariants; the numbers are those of `docs/guarantees.md`.
    package enum Invariant: String, CaseIterable, Sendable {
        case termOrder = "I1: a call of an older term was processed after one of a newer term"
        case overlap = "I1: two rotating calls of one app overlapped"
        case leaseTooLong = "I1: a lease was believed to last longer than the store granted it"
        case leaseTaken = "I1: a lease was taken over by force that had not run out"
        case permitTooLong = "I1: a call was allowed to outlast the lease or WeChat's time-out"
        case versionFell = "I2: a published version did not grow"
        case unmarkedUncertainty = "I2: the published token was not the newest and nothing said so"
        case unmarkedRotation = "I3: a token was rotated without a mark in the store"
        case servedExpired = "I4: a token was served past its life"
        case servedDead = "I4: a token was served that WeChat had dropped, as the node could know"
        case servedOlder = "I4: a node went back to an older token"
        case readyUnheard = "I4: a node was ready that had heard from nobody for longer than the reader lease"
        case rotatedGood = "I5: a good token was rotated"
        case replacedTooSoon =
            "I5: a token was replaced sooner than its spacing, or a dead one than the minimum spacing"
        case uncertainByItself = "I5: a token was made uncertain by the publication that brought it"
        case callOnStoreLoss = "I8: the loss of the store caused a call"
        case leaderless = "I6: no leader for longer than it takes to see a lease run out"
        case refreshFailed = "I6: a refresh failed although one fit node reached the store and WeChat"
        case noSingleLeader = "healing: not exactly one leader"
        case notHealed = "healing: an app without a valid token that is certain on every node"
        case waiterForgotten = "a caller got no answer in time"
        case waiterAnsweredTwice = "a caller was answered twice, or nobody was"
        case restless = "a node asked to be woken without end"
        case neverLeft = "a node asked to leave did not"
    }
}

extension Violation: CustomStringConvertible {
    package var description: String { "seed \(seed) at \(decimal(at)) s: \(invariant.rawValue): \(sentence)" }
}
