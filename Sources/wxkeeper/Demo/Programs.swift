internal import Foundation
internal import LocalCluster
internal import Subprocess

/// The programs that a cluster on this machine is made of.
enum Programs {
    /// Says what is missing and how to get it, before anything is started.
    static func check() async throws(CommandFailure) {
        for (program, package) in [("redis-server", "redis-server"), ("haproxy", "haproxy")] {
            guard (try? await Executable.name(program).resolveExecutablePath(in: environment)) != nil else {
                throw CommandFailure(
                    status: .unreachable, message: "\(program) not found: apt-get install \(package)")
            }
        }
    }

    /// Nothing but a path: a node would obey every `WXKEEPER_…` of the shell, and join a cluster that is none of ours.
    static var environment: Environment { .custom(["PATH": ProgramPath.text]) }

    /// The path of this very program; also after the file on disk was replaced.
    static var ourselves: String {
        let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        if let path, FileManager.default.isExecutableFile(atPath: path) { return path }
        return "/proc/\(ProcessInfo.processInfo.processIdentifier)/exe"
    }
}
