import ClusterObservation
import Foundation
import LocalCluster

/// Machines that are network namespaces, each with one cable to a bridge in this process's own.
///
/// A namespace lasts as long as the one process in it that waits for nothing, and that ends with `with`, or with this
/// process however it ends; the cables go with it. So nothing of this has to be taken down.
struct Network: Sendable {
    private let machines: [Machine]

    /// Runs `body` with machines of these names.
    ///
    /// To a machine, 127.0.0.1 is this process: it has no loopback of its own, and the bridge lets such addresses pass
    /// where Linux would take them for forged. So WeChat's simulator, which must not be heard elsewhere, is in reach.
    static func with<Value: Sendable>(
        machines names: [String], _ body: (Network) async throws -> Value
    ) async throws -> Value {
        try await withChildren { children in
            // What a test before this one has left of its bridge goes.
            try await shell(
                """
                ip link delete cables 2>/dev/null || true
                ip link add cables type bridge
                ip address add \(prefix).1/24 dev cables
                echo 1 >/proc/sys/net/ipv4/conf/cables/route_localnet
                ip link set cables up
                """)
            var machines: [Machine] = []
            for (number, name) in names.enumerated() {
                let life = try await children.start("unshare", ["--net", "sleep", "infinity"], name: name)
                let machine = Machine(name: name, address: "\(prefix).\(number + 2)", process: life.processID)
                try await eventually("\(name) has a network of its own") { machine.isApart }
                try await machine.connect()
                machines.append(machine)
            }
            return try await body(Network(machines: machines))
        }
    }

    private static let prefix = "10.77.0"

    /// Where a process runs that runs on a machine.
    func place(_ name: String) throws -> Place {
        let machine = try self[name]
        return Place(host: machine.address, entrance: machine.entrance)
    }

    /// Whatever `sender` sends to `receiver` is lost, and nobody is told.
    ///
    /// It is sent to a network card that does not exist: ip-neighbour(8).
    func lose(from sender: String, to receiver: String) async throws {
        let nobody = "02:00:00:00:00:00"
        try await self[sender].run(
            "ip neighbour replace \(self[receiver].address) lladdr \(nobody) dev cable nud permanent")
    }

    /// Nothing passes between the two, either way.
    func cut(_ one: String, _ other: String) async throws {
        try await lose(from: one, to: other)
        try await lose(from: other, to: one)
    }

    /// Pulls a machine's cable at its far end, so that the machine itself does not see it.
    func unplug(_ name: String) async throws { try await Self.shell("ip link set \(self[name].port) nomaster") }

    /// Everything passes again.
    func heal() async throws {
        for machine in machines {
            try await Self.shell("ip link set \(machine.port) master cables")
            try await machine.run("ip neighbour flush dev cable nud permanent")
        }
    }

    private subscript(_ name: String) -> Machine {
        get throws {
            guard let machine = machines.first(where: { $0.name == name }) else {
                throw NotInTime(description: "there is a machine \(name)")
            }
            return machine
        }
    }
}

extension Network {
    private struct Machine: Sendable {
        let name: String
        let address: String
        /// The process that keeps it in being.
        let process: Int32

        /// The end of its cable at the bridge.
        ///
        /// The kernel may take a moment to remove that of a machine that is gone.
        var port: String { "cable-\(process)" }

        /// The program does not know where it runs, and has the process id of what was started.
        var entrance: [String] { ["nsenter", "--net=/proc/\(process)/ns/net"] }

        /// Whether its network is another than ours yet.
        var isApart: Bool {
            func network(_ process: String) -> String? {
                try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/ns/net")
            }
            return network("\(process)").map { $0 != network("self") } ?? false
        }

        func connect() async throws {
            try await Network.shell(
                """
                ip link add \(port) type veth peer name cable netns \(process)
                ip link set \(port) master cables up
                """)
            try await run(
                """
                ip address add \(address)/24 dev cable
                ip link set cable up
                echo 1 >/proc/sys/net/ipv4/conf/cable/route_localnet
                ip route add 127.0.0.1 via \(Network.prefix).1
                """)
        }

        func run(_ script: String) async throws { try await Network.shell(script, entrance: entrance) }
    }

    struct Refused: Error {
        let complaint: String
    }

    private static func shell(_ script: String, entrance: [String] = []) async throws {
        let words = entrance + ["sh", "-ec", script]
        let end = try await Finished(running: words[0], Array(words.dropFirst()))
        guard end.ending == .exited(0) else { throw Refused(complaint: "\(script): \(end.errors)") }
    }
}
