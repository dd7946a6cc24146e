internal import Foundation
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

    /// Ours, in which servers are found, too: Debian puts HAProxy where only root looks.
    static var environment: Environment {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        return .inherit.updating(["PATH": path + ":/usr/local/sbin:/usr/sbin:/sbin"])
    }

    /// The path of this very program; also after the file on disk was replaced.
    static var ourselves: String {
        let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        if let path, FileManager.default.isExecutableFile(atPath: path) { return path }
        return "/proc/\(ProcessInfo.processInfo.processIdentifier)/exe"
    }
}
