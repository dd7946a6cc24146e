import KeeperTestKit
import LocalCluster
import Subprocess
import SystemPackage
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
        try await Folder.with { folder in
            let text = Sample(node: "  listen: 192.0.2.1:2130").text
                .replacing("redis://127.0.0.1:6379", with: "redis://127.0.0.1:1")
            let log = try FileDescriptor.pipe()
            try log.readEnd.close()
            let end = try await Subprocess.run(
                .path(FilePath(BuiltProgram.path)),
                arguments: ["serve", "--config", try folder.write(text), "--log-format", format],
                environment: .custom(["SWIFT_BACKTRACE": "enable=no"]), output: .discarded,
                error: .fileDescriptor(log.writeEnd, closeAfterSpawningProcess: true))
            #expect(end.terminationStatus == .exited(ExitStatus.failed.rawValue))
        }
    }
}
