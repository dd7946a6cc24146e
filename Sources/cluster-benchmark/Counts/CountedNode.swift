internal import ClusterObservation
internal import Foundation
internal import LocalCluster

/// A node that runs in callgrind.
struct CountedNode: Sendable {
    private let scene: ReadScene
    private let folder: Folder

    private static let out = "counts"

    /// Runs `body` when the node serves its one app.
    static func with<Value: Sendable>(_ body: (CountedNode) async throws -> Value) async throws -> Value {
        try await Folder.with { folder in
            // Valgrind gives up at debug information of a later kind than it knows.
            let bare = "\(folder.path)/wxkeeper"
            let stripped = try await Finished(running: "strip", ["--strip-debug", "-o", bare, try BuiltProgram.path])
            guard stripped.ending == .exited(0) else { throw NotMeasured("strip: \(stripped.errors)") }
            let shim = try await SuspendShim.compiled(in: folder)
            let callgrind = [
                "valgrind", "--tool=callgrind", "--separate-threads=yes",
                "--callgrind-out-file=\(folder.path)/\(out).%p",
            ]
            return try await ReadScene.with(apps: 1, program: bare) { plan in
                // As long as can be: the less a node does beside, the less is counted with the reads.
                plan.ttl = "300s"
                plan.places["a"] = Place(host: Place.loopback, entrance: callgrind)
                plan.nodeEnvironments["a"] = ["LD_PRELOAD": shim]
            } _: { scene in
                try await body(CountedNode(scene: scene, folder: folder))
            }
        }
    }

    /// How often reads are counted.
    private static let bursts = 12

    /// What one read costs, by so many on one connection: the least of several counts, for once a second a node writes
    /// the answer anew, and that is none of a read's.
    /// - Parameter path: what each asks, by its number.
    func counts(of reads: Int, _ path: @Sendable (Int) -> String) async throws -> ReadCounts {
        let (port, key) = (scene.node.port, scene.cluster.secrets.shop)
        return try await Connection.open(to: port) { connection in
            func ask(_ numbers: Range<Int>) async throws {
                for number in numbers {
                    let answer = try await connection.ask(.get(path(number), key: key))
                    guard answer.status == 200 else { throw NotMeasured("a read was answered \(answer.status)") }
                }
            }
            var least: ReadCounts?
            // The first is to warm it up.
            for burst in 0...Self.bursts {
                try await ask((burst * reads)..<((burst + 1) * reads))
                let counts = ReadCounts(try await dump(), reads: reads)
                if burst > 0, counts.instructions < least?.instructions ?? .infinity { least = counts }
            }
            guard let least else { preconditionFailure("nothing was counted") }
            return least
        }
    }

    /// What was counted since the last time, of the thread that received most: the event loop of the reads.
    private func dump() async throws -> CallCounts {
        let before = try files
        let control = try await Finished(
            running: "callgrind_control", ["--dump=read", "\(scene.node.process.processID)"])
        let threads = try files.subtracting(before).map { name in
            CallCounts(try String(contentsOfFile: "\(folder.path)/\(name)", encoding: .utf8))
        }
        guard let most = threads.max(by: { $0.receptions < $1.receptions }) else {
            throw NotMeasured("callgrind has written nothing: \(control.output)\(control.errors)")
        }
        return most
    }

    private var files: Set<String> {
        get throws { Set(try FileManager.default.contentsOfDirectory(atPath: folder.path)) }
    }
}

/// What one read costs.
struct ReadCounts: Sendable, Equatable {
    let instructions, allocations: Double

    init(instructions: Double, allocations: Double) {
        (self.instructions, self.allocations) = (instructions, allocations)
    }

    init(_ counts: CallCounts, reads: Int) {
        instructions = Double(counts.instructions) / Double(reads)
        allocations = Double(counts.allocations) / Double(reads)
    }
}
