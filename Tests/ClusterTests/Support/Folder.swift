import Foundation

/// A folder of a test's own, removed with its scope.
struct Folder: Sendable {
    private let url: URL

    var path: String { url.path }

    /// Writes a file that only we may read, and returns its path.
    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        let file = url.appendingPathComponent(name)
        try Data(text.utf8).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        return file.path
    }

    static func with<Value: Sendable>(_ body: (Folder) async throws -> Value) async throws -> Value {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("cluster-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: url) }
        return try await body(Folder(url: url))
    }
}

/// What belongs to the repository and to its build.
enum Repository {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    static func text(of path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// The program, which is built into the same folder as these tests.
    static var program: String {
        get throws {
            let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            let folder = URL(filePath: tests).deletingLastPathComponent()
            let program = folder.appending(path: "wxkeeper").path
            guard FileManager.default.isExecutableFile(atPath: program) else { throw NotBuilt(program: program) }
            return program
        }
    }

    struct NotBuilt: Error {
        let program: String
    }
}

/// What the kernel knows of a process.
enum ProcessTable {
    /// The arguments as anybody on the machine can read them.
    static func arguments(of processID: Int32) -> String {
        let bytes = FileManager.default.contents(atPath: "/proc/\(processID)/cmdline") ?? Data()
        return String(decoding: bytes, as: UTF8.self).replacingOccurrences(of: "\0", with: " ")
    }

    /// Resident memory, now and at most since `forgetPeak`.
    static func memory(of processID: Int32) throws -> (now: Int, peak: Int) {
        let status = try String(contentsOfFile: "/proc/\(processID)/status", encoding: .utf8)
        func kilobytes(_ field: String) -> Int {
            let line = status.split(separator: "\n").first { $0.hasPrefix(field + ":") } ?? ""
            return line.split { !$0.isNumber }.first.flatMap { Int($0) } ?? 0
        }
        return (kilobytes("VmRSS") * 1024, kilobytes("VmHWM") * 1024)
    }

    /// See proc(5), `clear_refs`: 5 sets the peak to the present size.
    static func forgetPeak(of processID: Int32) throws {
        try Data("5".utf8).write(to: URL(filePath: "/proc/\(processID)/clear_refs"))
    }
}
