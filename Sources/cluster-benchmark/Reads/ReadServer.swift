internal import LocalCluster
internal import NIOCore

/// Somebody who hands out tokens, or what looks like one.
struct ReadServer: Sendable {
    /// How many event loops a node has unless told otherwise; the servers beside it get as many processes.
    static let eventLoops = max(1, System.coreCount - 1)

    var name: String
    let port: Int
    /// By what it is asked: the header's value.
    var authorization: String
    let process: Child

    /// Of all its processes.
    var processorTime: Duration { get throws { try process.processorTime } }

    /// Resident, in bytes; of the one that answers.
    var memory: Int { get throws { try process.family.map { try ProcessTable.memory(of: $0).now }.max() ?? 0 } }

    /// The same server, asked in another way.
    func asked(by authorization: String, named name: String) -> ReadServer {
        var server = self
        (server.authorization, server.name) = (authorization, name)
        return server
    }
}

extension Child {
    /// Its own, and that of the children that run the same program: workers, or the node of a supervisor.
    var processorTime: Duration {
        get throws { try family.reduce(.zero) { try $0 + ProcessTable.processorTime(of: $1) } }
    }

    fileprivate var family: [Int32] { [processID] + ProcessTable.likeChildren(of: processID) }
}
