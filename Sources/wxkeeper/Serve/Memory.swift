internal import CMemory
internal import Foundation

/// What a process holds of memory that it does not need.
enum Memory {
    /// Gives back what has been needed and is not any more: by a start, or by reading a configuration of ten thousand
    /// apps, which takes far more than keeping them.
    static func giveBack() {
        _ = malloc_trim(0)
        letGoOfCode()
    }

    /// Lets go of the pages of the program and of its libraries.
    ///
    /// What is still run comes back from the page cache by itself, at the cost of a minor fault; the rest, half of it,
    /// does not.
    private static func letGoOfCode() {
        // Not `String(contentsOfFile:)`, which takes the first page of such a file for all of it.
        guard let maps = try? FileHandle(forReadingAtPath: "/proc/self/maps")?.readToEnd() else { return }
        for line in String(decoding: maps, as: UTF8.self).split(separator: "\n") {
            guard let range = codeRange(in: line) else { continue }
            // Never written: data, and what the linker has put right, are not executable.
            _ = cmemory_forget_pages(range.lowerBound, range.count)
        }
    }

    /// The addresses of a line of proc_pid_maps(5) that names code of a file; nil for any other.
    static func codeRange(in line: Substring) -> Range<UInt>? {
        let fields = line.split(separator: " ")
        guard fields.count >= 6, fields[1] == "r-xp", fields[5].hasPrefix("/") else { return nil }
        let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
        guard ends.count == 2, ends[0] < ends[1] else { return nil }
        return ends[0]..<ends[1]
    }
}
