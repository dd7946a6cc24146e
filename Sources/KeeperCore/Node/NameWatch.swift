/// Watches another incarnation that stands under our own name: whether it lives, or a dead process left it behind.
struct NameWatch: Sendable {
    /// What is known of our own name.
    enum Finding: Equatable, Sendable {
        /// Nobody else stands there.
        case ours
        /// Another incarnation stands there and may be alive: neither campaign nor write the member record.
        case watching
        /// It has not stirred for `silentTicks`: it is dead, take the name.
        case claims
        /// Its heartbeat has advanced: it is alive, and one of the two must go.
        case taken(by: Member)
    }

    /// A node that lives has ticked at least once in so many periods.
    static let silentTicks = 3

    private(set) var finding = Finding.watching
    private var seen: (member: Member, since: Instant)?

    /// Takes in what a tick found under our name.
    mutating func observe(_ other: Member?, tickPeriod: Duration, at now: Instant, into out: inout Outbox) {
        guard let other else {
            seen = nil
            return finding = .ours
        }
        guard let seen, seen.member.holder.incarnation == other.holder.incarnation else {
            seen = (other, now)
            out.note(.lease(.nameContested(by: other)))
            return finding = .watching
        }
        if seen.member.beat != other.beat {
            finding = .taken(by: other)
        } else if now - seen.since >= tickPeriod * Self.silentTicks {
            finding = .claims
        }
    }
}
