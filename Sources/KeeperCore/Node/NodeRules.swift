// The rules that a node as a whole obeys, each as the question that a decision asks.

extension Rules {
    /// A new leader asks the members before it fetches what the store lacks.
    var membersAreAskedFirst: Bool { isInForce(.membersAskedFirst) }

    /// A node that has heard from nobody for too long to know whether its tokens are the newest is not ready.
    func isUnsure(afterSilenceOf age: Duration, allowed: Duration) -> Bool {
        age > allowed && isInForce(.readerLease)
    }
}
