internal import Foundation

/// What the kernel knows of a process.
package enum ProcessTable {
    /// The arguments as anybody on the machine can read them.
    package static func arguments(of processID: Int32) -> String {
        let bytes = FileManager.default.contents(atPath: "/proc/\(processID)/cmdline") ?? Data()
        return String(decoding: bytes, as: UTF8.self).replacingOccurrences(of: "\0", with: " ")
    }

    /// Whether it has not ended; one that is dead and not buried has: proc_pid_stat(5).
    package static func isRunning(_ processID: Int32) -> Bool {
        guard let bytes = FileManager.default.contents(atPath: "/proc/\(processID)/stat") else { return false }
        // The name in parentheses may hold anything.
        let state = String(decoding: bytes, as: UTF8.self).split(separator: ")").last?.first { $0 != " " }
        return state.map { !"ZX".contains($0) } ?? false
    }

    /// What a process has in memory, in bytes.
    package struct Memory: Sendable {
        /// All of it: also the pages of the program and its libraries, which every process that runs them shares.
        package let now: Int
        /// The most it was since `forgetPeak`.
        package let peak: Int
        /// What is its own: no other process has it, and the kernel cannot read it from a file again.
        package let own: Int
    }

    /// How many descriptors a process has open: proc_pid_fd(5).
    package static func descriptors(of processID: Int32) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/\(processID)/fd").count
    }

    /// For how long it has had a processor, in its own code and in the kernel's: proc_pid_stat(5), in ticks, of which
    /// a second has a hundred.
    package static func processorTime(of processID: Int32) throws -> Duration {
        let line = try String(contentsOfFile: "/proc/\(processID)/stat", encoding: .utf8)
        // The name stands in parentheses and may hold blanks; the third word, the state, is the first behind it.
        let words = line[(line.lastIndex(of: ")") ?? line.startIndex)...].split(separator: " ").dropFirst()
        let ticks = words.dropFirst(11).prefix(2).compactMap { Int($0) }
        return .milliseconds(10) * ticks.reduce(0, +)
    }

    /// See proc_pid_status(5).
    package static func memory(of processID: Int32) throws -> Memory {
        let status = try String(contentsOfFile: "/proc/\(processID)/status", encoding: .utf8)
        func bytes(_ field: String) -> Int {
            let line = status.split(separator: "\n").first { $0.hasPrefix(field + ":") } ?? ""
            return (line.split { !$0.isNumber }.first.flatMap { Int($0) } ?? 0) * 1024
        }
        return Memory(now: bytes("VmRSS"), peak: bytes("VmHWM"), own: bytes("RssAnon"))
    }

    /// See proc(5), `clear_refs`: 5 sets the peak to the present size.
    package static func forgetPeak(of processID: Int32) throws {
        try Data("5".utf8).write(to: URL(filePath: "/proc/\(processID)/clear_refs"))
    }

    /// Its children that run the same program, such as the node of a supervisor.
    package static func likeChildren(of processID: Int32) -> [Int32] {
        let own = executable(of: processID)
        return children(of: processID).filter { executable(of: $0) == own }
    }

    /// The kernel lists children by the thread that made them: proc_tid_children(5).
    static func children(of processID: Int32) -> [Int32] {
        let folder = "/proc/\(processID)/task"
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return threads.flatMap { thread in
            let list = (try? String(contentsOfFile: "\(folder)/\(thread)/children", encoding: .utf8)) ?? ""
            return list.split(separator: " ").compactMap { Int32($0) }
        }
    }

    private static func executable(of processID: Int32) -> String? {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(processID)/exe")
    }
}
