internal import Foundation

/// Processes that have ended and whose parents had gone before: the kernel leaves them to process 1.
enum Orphans {
    /// Buries all of them, but for the process that somebody else here waits for.
    static func bury(but ours: Int32?) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
            guard let processID = Int32(name), processID != ours, isOurDead(processID) else { continue }
            _ = waitpid(processID, nil, WNOHANG)
        }
    }

    /// See proc_pid_stat(5): behind the name in parentheses come the state, Z for the dead, and the parent.
    private static func isOurDead(_ processID: Int32) -> Bool {
        guard let stat = try? String(contentsOfFile: "/proc/\(processID)/stat", encoding: .utf8),
            let end = stat.lastIndex(of: ")")
        else { return false }
        let fields = stat[stat.index(after: end)...].split(separator: " ")
        return fields.count > 1 && fields[0] == "Z" && fields[1] == "\(getpid())"
    }
}
