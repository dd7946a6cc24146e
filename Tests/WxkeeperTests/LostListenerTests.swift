import Foundation
import KeeperTestKit
import Testing

@testable import wxkeeper

/// A node outlives whoever reads its log.
@Suite struct LostListenerTests {
    /// Listens at an address that no machine has (RFC 5737), and nobody is there for Redis; so it complains and ends
    /// with 1.
    ///
    /// What it says goes into a pipe that nobody reads.
    @Test(arguments: ["text", "json"])
    func node_WhoseLogNobodyReads_IsNotEndedByIt(format: String) async throws {
        try await withFolder { folder in
            let text = Sample(node: "  listen: 192.0.2.1:2130").text
                .replacing("redis://127.0.0.1:6379", with: "redis://127.0.0.1:1")
            let process = Process()
            let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            process.executableURL = URL(fileURLWithPath: own).deletingLastPathComponent().appending(path: "wxkeeper")
            process.arguments = ["serve", "--config", try folder.write(text), "--log-format", format]
            process.environment = ["SWIFT_BACKTRACE": "enable=no"]
            process.standardInput = FileHandle.nullDevice
            let log = Pipe()
            process.standardError = log
            try log.fileHandleForReading.close()
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                process.terminationHandler = { _ in continuation.resume() }
                do { try process.run() } catch { continuation.resume(throwing: error) }
            }
            #expect(process.terminationReason == .exit, "it was ended by signal \(process.terminationStatus)")
            #expect(process.terminationStatus == ExitStatus.failed.rawValue)
        }
    }
}
