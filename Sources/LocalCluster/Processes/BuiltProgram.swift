internal import Foundation

/// The program of the same build as whoever asks.
package enum BuiltProgram {
    /// The path of `wxkeeper` in the folder of the running program.
    package static var path: String {
        get throws {
            let running = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            let folder = URL(filePath: running).deletingLastPathComponent()
            let program = folder.appending(path: "wxkeeper").path
            guard FileManager.default.isExecutableFile(atPath: program) else { throw NotBuilt(program: program) }
            return program
        }
    }

    package struct NotBuilt: Error {
        let program: String
    }
}
