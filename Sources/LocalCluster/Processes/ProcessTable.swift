internal import Foundation

/// What the kernel knows of a process.
package enum ProcessTable {
    /// The arguments as anybody on the machine can read them.
    package static func arguments(of processID: Int32) -> String {
        let bytes = FileManager.default.contents(atPath: "/proc/\(processID)/cmdline") ?? Data()
        return String(decoding: bytes, as: UTF8.self).replacingOccurrences(of: "\0", with: " ")
    }

    /// Resident memory, now and at most since `forgetPeak`.
    package static func memory(of processID: Int32) throws -> (now: Int, peak: Int) {
        let status = try String(contentsOfFile: "/proc/\(processID)/status", encoding: .utf8)
        func kilobytes(_ field: String) -> Int {
            let line = status.split(separator: "\n").first { $0.hasPrefix(field + ":") } ?? ""
            return line.split { !$0.isNumber }.first.flatMap { Int($0) } ?? 0
        }
        return (kilobytes("VmRSS") * 1024, kilobytes("VmHWM") * 1024)
    }

    /// See proc(5), `clear_refs`: 5 sets the peak to the present size.
    package static func forgetPeak(of processID: Int32) throws {
        try Data("5".utf8).write(to: URL(filePath: "/proc/\(processID)/clear_refs"))
    }

    /// Its children that run the same program, such as the node of a supervisor.
    ///
    /// The kernel lists children by the thread that made them: proc_tid_children(5).
    package static func likeChildren(of processID: Int32) -> [Int32] {
        let folder = "/proc/\(processID)/task"
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let own = executable(of: processID)
        return threads.flatMap { thread in
            let list = (try? String(contentsOfFile: "\(folder)/\(thread)/children", encoding: .utf8)) ?? ""
            return list.split(separator: " ").compactMap { Int32($0) }
        }.filter { executable(of: $0) == own }
    }

    private static func executable(of processID: Int32) -> String? {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(processID)/exe")
    }
}
