import Foundation

/// The program itself, run as a shell would run it.
enum Program {
    struct End {
        var status: Int32
        var output: String
        var errors: String
    }

    /// Runs `wxkeeper` with nothing in its environment but `variables`.
    static func run(_ arguments: [String], variables: [String: String] = [:]) async throws -> End {
        let process = Process()
        // The tests' own executable lies beside the program.
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        process.executableURL = URL(fileURLWithPath: own).deletingLastPathComponent().appending(path: "wxkeeper")
        process.arguments = arguments
        process.environment = variables
        process.standardInput = FileHandle.nullDevice
        let folder = try Folder()
        defer { folder.remove() }
        // Files, not pipes: nobody has to read while the program runs.
        let outputPath = try folder.write("", to: "output"), errorPath = try folder.write("", to: "errors")
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: outputPath))
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errorPath))
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in continuation.resume() }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        return End(
            status: process.terminationStatus,
            output: try String(contentsOfFile: outputPath, encoding: .utf8),
            errors: try String(contentsOfFile: errorPath, encoding: .utf8)
        )
    }
}

/// A folder for one test.
struct Folder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "wxkeeper-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    /// Writes a file and returns its path.
    func write(_ text: String, to name: String = "wxkeeper.yaml") throws -> String {
        let file = url.appending(path: name)
        try Data(text.utf8).write(to: file)
        return file.path
    }

    func remove() { try? FileManager.default.removeItem(at: url) }
}

/// Hands a folder to `body` and removes it afterwards.
func withFolder(_ body: (Folder) async throws -> Void) async throws {
    let folder = try Folder()
    defer { folder.remove() }
    try await body(folder)
}
