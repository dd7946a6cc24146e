/// Watches for how long the node that a handover names has had the right to follow alone.
///
/// Each node counts by its own clock, from when it first saw the release: a successor that does not come keeps the
/// others back for `Handover.preference` and no longer.
struct ReleaseWatch: Sendable {
    /// The last release seen, and since when; nil while the term that was last seen goes on.
    private var seen: (epoch: Epoch, since: Instant)?

    /// Takes in the record of a term.
    mutating func observe(_ record: LeaseRecord, at now: Instant) {
        if record.release == nil {
            seen = nil
        } else if seen?.epoch != record.epoch {
            seen = (record.epoch, now)
        }
    }

    /// The node that a handover names, as long as the others keep back for it.
    func successor(of record: LeaseRecord?, at now: Instant) -> NodeName? {
        guard case .handedOver(let handover) = record?.release, let seen, now - seen.since < Handover.preference else {
            return nil
        }
        return handover.successor
    }
}
