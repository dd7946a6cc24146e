internal import Foundation
internal import LocalCluster
internal import Subprocess

/// The programs that a cluster on this machine is made of.
enum Programs {
    /// Says what is missing and how to get it, before anything is started.
    static func check() async throws(CommandFailure) {
        for (program, package) in [("redis-server", "redis-server"), ("haproxy", "haproxy")] {
            let path = Environment.custom(["PATH": ProgramPath.text])
            guard (try? await Executable.name(program).resolveExecutablePath(in: path)) != nil else {
                throw CommandFailure(
                    status: .unreachable, message: "\(program) not found: apt-get install \(package)")
            }
        }
    }

    /// The path of this very program; also after the file on disk was replaced.
    static var ourselves: String {
        let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        if let path, FileManager.default.isExecutableFile(atPath: path) { return path }
        return "/proc/\(ProcessInfo.processInfo.processIdentifier)/exe"
    }
}
