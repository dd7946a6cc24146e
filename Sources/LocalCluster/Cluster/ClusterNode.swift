package import ClusterObservation
internal import Foundation
package import Subprocess
internal import Synchronization

/// One node: a process now, another after a restart, always under one name and address.
package final class ClusterNode: Sendable {
    package let name: String
    package let port: Int
    package var host: String { place.host }
    /// Its ways to Redis and to WeChat, and the others' way to it, if the plan has relays.
    package let links: Links?
    private let place: Place
    private let program: String
    private let arguments: [String]
    private let isSupervised: Bool
    private let environment: [String: String]
    private let children: Children
    private let lives = Mutex<[Child]>([])

    /// The relays of one node.
    package struct Links: Sendable {
        package let redis: Relay
        package let wechat: Relay
        /// The way of every other node to this one.
        package let peers: Relay

        package var all: [Relay] { [redis, wechat, peers] }
    }

    init(name: String, port: Int, path: String, links: Links?, plan: ClusterPlan, program: String, children: Children) {
        self.name = name
        self.port = port
        self.links = links
        place = plan.places[name] ?? .here
        self.program = program
        isSupervised = plan.isSupervised
        environment = plan.nodeEnvironments[name] ?? [:]
        arguments =
            ["serve", "--config", path, "--log-level", plan.logLevel] + (plan.isSupervised ? ["--supervise"] : [])
        self.children = children
    }

    /// The process that was started last.
    package var process: Child {
        get throws {
            guard let last = lives.withLock(\.last) else { throw NotInTime(description: "\(name) is started") }
            return last
        }
    }

    /// What it has said in all its lives.
    package var log: String { lives.withLock { $0.map(\.output).joined() } }

    @discardableResult
    package func start() async throws -> Child {
        let start = place.command(program, arguments)
        let child = try await children.start(start.program, start.arguments, name: name, environment: environment)
        lives.withLock { $0.append(child) }
        return child
    }

    /// Sends a signal to the node itself; if a parent process watches it, the parent hears nothing of it.
    package func send(_ signal: Signal) throws {
        let process = try process
        guard isSupervised else { return try process.send(signal) }
        // The kernel may leave a child out of its list while others come and go: proc_tid_children(5).
        let found = (0..<10).lazy.compactMap { _ in ProcessTable.likeChildren(of: process.processID).first }.first
        guard let node = found else { throw NotInTime(description: "the supervisor of \(name) has a node") }
        guard kill(node, signal.rawValue) == 0 else { throw NotInTime(description: "the node \(name) lives") }
    }

    /// Ends the node and whoever watches it, as the loss of their machine does: nobody is left to say that it is over.
    package func loseMachine() throws {
        // A supervisor that ran on might see the end of its node and give the lease back.
        if isSupervised { try process.send(.suspend) }
        try send(.kill)
        if isSupervised { try process.send(.kill) }
    }

    /// Asks it to leave, as a service manager would: with its supervisor, if there is one.
    package func askToLeave() throws { try process.send(.terminate) }

    /// The status of one of the paths that need no key; nil if it does not answer.
    package func status(_ path: String, within limit: Duration = .seconds(1)) async -> Int? {
        try? await ask(port, on: host, .get(path), within: limit).status
    }

    package func leads() async -> Bool { await status("/leader") == 200 }

    package func health() async throws -> Health {
        let answer = try await ask(port, on: host, .get("/health"))
        return try JSONDecoder().decode(Health.self, from: Data(answer.body.utf8))
    }
}
