internal import KeeperCore
package import KeeperPorts

extension Configuration {
    /// What is different here, as far as a running node is concerned.
    package func differences(from old: Configuration) -> Reload {
        let before = Dictionary(old.apps.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let now = Set(apps.map(\.id))
        return Reload(
            added: apps.map(\.id).filter { before[$0] == nil },
            removed: old.apps.map(\.id).filter { !now.contains($0) },
            changed: apps.filter { app in before[app.id].map { $0 != app } ?? false }.map(\.id),
            appCount: apps.count, clientCount: clients.count,
            needsRestart: [
                ("cluster", cluster != old.cluster), ("node", node != old.node), ("wechat", wechat != old.wechat),
                ("alarms", alarms != old.alarms),
            ].filter(\.1).map(\.0))
    }
}
