internal import ClusterObservation
internal import Foundation
internal import LocalCluster

/// Load by wrk: one thread that asks on many connections, each question as soon as the one before is answered.
struct Wrk: Sendable {
    /// What is asked.
    let questions: Questions
    let connections: Int
    let seconds: Int

    /// Paths, in turn.
    struct Questions: Sendable {
        let count: Int
        /// The file in which they stand, one a line.
        fileprivate let file: String
        /// Where that is, and others may be written.
        fileprivate let folder: Folder

        init(_ paths: [String], in folder: Folder) throws {
            file = try folder.write(paths.joined(separator: "\n") + "\n", to: "paths")
            (count, self.folder) = (paths.count, folder)
        }
    }

    /// Asks for so long, and says what it cost; an answer that comes late is one all the same.
    /// - Throws: `WrkFailure` if anything but the token was answered, or nothing.
    func ask(_ server: ReadServer) async throws -> ReadFigures {
        let script = try questions.folder.write(script(server), to: "wrk-\(server.port).lua")
        let before = try server.processorTime
        let run = try await Finished(
            running: "wrk",
            [
                "-t1", "-c\(connections)", "-d\(seconds)s", "--timeout", "60s", "-s", script,
                "http://127.0.0.1:\(server.port)",
            ])
        let used = try server.processorTime - before
        guard let line = run.output.split(separator: "\n").first(where: { $0.hasPrefix("measured ") }) else {
            throw WrkFailure(description: "wrk said of \(server.name): \(run.output)\(run.errors)")
        }
        let numbers = line.split(separator: " ").dropFirst().compactMap { Double($0) }
        guard numbers.count == 6, numbers[0] > 0, numbers[1] == 0 else {
            throw WrkFailure(description: "not every read of \(server.name) was answered with 200: \(line)")
        }
        let span = numbers.map { Duration.microseconds($0) }
        return ReadFigures(
            reads: numbers[0], processorTime: used / numbers[0],
            readsPerSecond: numbers[0] / (span[2] / .seconds(1)), median: span[3], slowHundredth: span[4],
            slowThousandth: span[5], memory: try server.memory)
    }

    /// Every request is put together before the first is sent: else it is wrk that is measured.
    private func script(_ server: ReadServer) -> String {
        """
        local requests = {}
        local place = 0
        function init(args)
            for path in io.lines("\(questions.file)") do
                requests[#requests + 1] = wrk.format("GET", path, { ["Host"] = "localhost",
                    ["Authorization"] = "\(server.authorization)" })
            end
        end
        function request()
            place = place % #requests + 1
            return requests[place]
        end
        function done(summary, latency, requests)
            local errors = summary.errors
            io.write(string.format("measured %d %d %d %d %d %d\\n", summary.requests,
                errors.status + errors.connect + errors.read + errors.write + errors.timeout, summary.duration,
                latency:percentile(50), latency:percentile(99), latency:percentile(99.9)))
        end

        """
    }
}

/// The load did not do what was meant.
struct WrkFailure: Error, CustomStringConvertible {
    let description: String
}
