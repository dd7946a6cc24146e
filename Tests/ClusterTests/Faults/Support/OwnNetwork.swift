import Foundation
import LocalCluster
import Testing

/// Tests that need a network of their own are run by another process of the same tests, which has one; so whatever they
/// do to it is done to nobody else, and is gone with that process.
enum OwnNetwork {
    private static let mark = "WXKEEPER_OWN_NETWORK"

    /// Whether this is that other process.
    static let isHere = ProcessInfo.processInfo.environment[mark] != nil

    /// Runs the tests that match `filter` there, and prints what they say.
    ///
    /// Where that is not allowed it prints that they are skipped.
    /// - Returns: What they said; nil if they were skipped.
    static func run(_ filter: String, within limit: Duration) async throws -> String? {
        guard await isAllowed else {
            print("skipped: \(filter) needs root, or the right to make network namespaces, and `ip` of iproute2")
            return nil
        }
        return try await withChildren { children in
            let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            let arguments = ["sh", "-ec", "ip link set lo up; exec \"$@\"", "sh", tests] + testing(filter)
            let environment = ProcessInfo.processInfo.environment.merging([mark: "1"]) { $1 }
            let process = try await children.start(
                "unshare", ["--net"] + arguments, name: filter, environment: environment)
            let ending = try await process.ended(within: limit)
            print(process.output)
            #expect(ending == .exited(0))
            return process.output
        }
    }

    private static func testing(_ filter: String) -> [String] {
        ["--testing-library", "swift-testing", "--filter", filter]
    }

    /// Whether this process may make a network, and in it what `Network` is made of.
    private static var isAllowed: Bool {
        get async {
            let trial = "ip link add one type bridge && ip link add two type veth peer name three && nsenter --version"
            let trying = try? await Finished(running: "unshare", ["--net", "sh", "-ec", trial])
            return trying?.ending == .exited(0)
        }
    }
}
