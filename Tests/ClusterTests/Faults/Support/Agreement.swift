import ClusterObservation
import LocalCluster

extension Cluster {
    /// Whether all nodes name the same leader.
    func agreesOnItsLeader() async throws -> Bool {
        var said: Set<String?> = []
        for node in nodes { said.insert(try await node.health().leader) }
        return said.count == 1 && said.first != .some(nil)
    }
}

extension LeaderWatch {
    /// How often a node said that it leads while another had not yet taken that back.
    var momentsOfTwoLeaders: Int {
        var words: [String: Word] = [:]
        return changes.count { change in
            words[change.node] = change.word
            return words.values.count { $0 == .leads } > 1
        }
    }
}
