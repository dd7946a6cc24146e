internal import ClusterDrill
internal import Foundation
internal import UnixSignals

/// Runs the chosen drills one after the other and tells how each ended.
struct DrillRun: Sendable {
    private let progress: TerminalProgress
    private let page: ReportFile?

    init(isForPrograms: Bool, page: ReportFile?) {
        self.page = page
        progress = TerminalProgress(isForPrograms: isForPrograms)
    }

    /// Runs to the last drill, or to SIGINT, SIGTERM or the end of the terminal.
    ///
    /// Afterwards nothing that was started is left.
    func run(_ names: [DrillName], on remote: RemoteCluster?) async throws -> DrillReading {
        if remote == nil { try await Programs.check() }
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup)
        return try await withThrowingTaskGroup(of: DrillReading.self) { group in
            group.addTask { try await runAll(names, on: remote) }
            group.addTask {
                for await _ in signals { break }
                try Task.checkCancellation()
                throw CommandFailure(status: .failed, message: "Stopped. Nothing that was started is left.")
            }
            defer { group.cancelAll() }
            guard let reading = try await group.next() else { throw CancellationError() }
            return reading
        }
    }

    private func runAll(_ names: [DrillName], on remote: RemoteCluster?) async throws -> DrillReading {
        var reading = DrillReading(
            surroundings: try await remote?.surroundings(at: .now, version: Version.number)
                ?? .privateCluster(at: .now, version: Version.number))
        for name in names {
            progress.tell("\(name.rawValue): \(name.summary)")
            let result: DrillResult
            if let remote {
                result = try await remote.run(name, telling: progress)
            } else {
                result = try await DrillRunner(program: Programs.ourselves, progress: progress).run(name)
            }
            let lines = [result.line] + result.breaches.map { "  \($0)" }
            progress.tell(lines.joined(separator: "\n"))
            reading.results.append(result)
            // After each, so that what was learned is not lost if a later one is stopped.
            try page?.write(reading)
        }
        return reading
    }
}
