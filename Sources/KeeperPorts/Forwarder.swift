public import KeeperCore

/// The way to other nodes, authenticated by the cluster secret in both directions.
public protocol Forwarder: Sendable {
    /// Hands a refresh to the leader and brings its answer back. Never throws: no answer is `failed`.
    func forward(_ forwarding: Forwarding, before deadline: ContinuousClock.Instant) async -> ForwardOutcome

    /// Asks who is there where this member says it is reached, and what that node keeps. Never throws.
    func introduce(
        to member: Member, apps: AppsDigest, before deadline: ContinuousClock.Instant
    ) async -> IntroductionOutcome

    /// Asks nodes what they know; those that do not answer in time are left out.
    func states(of members: [Member], before deadline: ContinuousClock.Instant) async -> [MemberState]
}
