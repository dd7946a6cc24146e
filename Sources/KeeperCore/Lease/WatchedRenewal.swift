/// A renewal of somebody's lease and the moment this node first saw it, by its own clock.
///
/// It is somebody's: after the loss of the lease's record and a step of the store's clock back, another holder may
/// renew under the same numbers.
struct WatchedRenewal: Equatable, Sendable {
    let renewal: ObservedRenewal
    let since: Instant
    private let holder: Incarnation

    init(_ record: LeaseRecord, since: Instant) {
        renewal = ObservedRenewal(record)
        holder = record.holder.incarnation
        self.since = since
    }

    /// Whether it is this renewal that the record shows.
    func isShown(by record: LeaseRecord) -> Bool {
        renewal == ObservedRenewal(record) && holder == record.holder.incarnation
    }
}
