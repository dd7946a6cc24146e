@testable import KeeperCore

extension Outbox {
    /// What was collected since the last time.
    mutating func drain() -> [NodeAction] {
        var actions: [NodeAction] = []
        drain(into: &actions)
        return actions
    }
}
