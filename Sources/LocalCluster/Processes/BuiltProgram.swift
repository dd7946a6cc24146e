internal import Foundation

/// The programs of the same build as whoever asks.
package enum BuiltProgram {
    /// The path of `wxkeeper` in the folder of the running program.
    package static var path: String { get throws { try path(of: "wxkeeper") } }

    /// The path of a program in the folder of the running one.
    package static func path(of name: String) throws -> String {
        let folder = URL(filePath: try ownPath).deletingLastPathComponent()
        let program = folder.appending(path: name).path
        guard FileManager.default.isExecutableFile(atPath: program) else { throw NotBuilt(program: program) }
        return program
    }

    /// The path of the running program.
    package static var ownPath: String {
        get throws { try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") }
    }

    package struct NotBuilt: Error {
        let program: String
    }
}
