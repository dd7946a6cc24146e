internal import ClusterObservation
package import Subprocess
internal import Synchronization

/// A `redis-server` of the cluster's own.
package final class RedisProcess: Sendable {
    package let port: Int
    package var host: String { place.host }
    private let place: Place
    /// Whether it still knows everything when it is started again after a kill.
    private let remembers: Bool
    private let password: String?
    private let environment: [String: String]
    private let folder: Folder
    private let children: Children
    private let process = Mutex<Child?>(nil)

    init(port: Int, plan: ClusterPlan, folder: Folder, children: Children) {
        self.port = port
        place = plan.redisPlace ?? .here
        remembers = plan.redisRemembers
        password = plan.redisPassword
        environment = plan.redisEnvironment
        self.folder = folder
        self.children = children
    }

    package var isRunning: Bool { process.withLock { $0.map { $0.ending == nil } ?? false } }

    package func start() async throws {
        let memory = remembers ? ["--appendonly", "yes", "--appendfsync", "always"] : ["--appendonly", "no"]
        // Without a password Redis answers to loopback alone, unless told that it is among friends.
        let address = ["--bind", host, "--protected-mode", host == Place.loopback ? "yes" : "no"]
        let door = password.map { ["--requirepass", $0] } ?? []
        let start = place.command(
            "redis-server", ["--port", "\(port)", "--save", "", "--dir", folder.path] + address + memory + door)
        let child = try await children.start(
            start.program, start.arguments, name: "redis-server", environment: environment)
        process.withLock { $0 = child }
        try await eventually("Redis accepts connections") {
            if child.ending != nil { throw NotInTime(description: "Redis has ended: \(child.output)") }
            return child.output.contains("Ready to accept connections")
        }
    }

    package func send(_ signal: Signal) throws {
        guard let child = process.withLock({ $0 }) else { throw NotInTime(description: "Redis is started") }
        try child.send(signal)
    }

    package func kill() async throws {
        guard let child = process.withLock({ $0 }), child.ending == nil else { return }
        try child.send(.kill)
        _ = try await child.ended(within: .seconds(20))
    }

    /// One command, by `redis-cli`.
    @discardableResult
    package func run(_ command: String...) async throws -> String {
        let door = password.map { ["--no-auth-warning", "-a", $0, "-n", "\(Self.database)"] } ?? []
        return try await Finished(running: "redis-cli", ["-h", host, "-p", "\(port)"] + door + command).output
    }

    /// Which one is used where there is a password.
    static let database = 3
}
