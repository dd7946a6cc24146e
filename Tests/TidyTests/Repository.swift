import Foundation

/// The repository this test belongs to.
enum Repository {
    /// The package's top folder: three steps up from this file.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Every Swift file of one folder, by path.
    static func files(in folder: String) throws -> [SourceFile] {
        let top = root.appending(path: folder)
        let found = try FileManager.default.subpathsOfDirectory(atPath: top.path())
        return try found.filter { $0.hasSuffix(".swift") }.sorted().map { try file("\(folder)/\($0)") }
    }

    /// One file.
    static func file(_ path: String) throws -> SourceFile {
        SourceFile(path: path, text: try String(contentsOf: root.appending(path: path), encoding: .utf8))
    }

    /// Every page of the documentation, and the README.
    static func pages() throws -> [Page] {
        let found = try FileManager.default.subpathsOfDirectory(atPath: root.appending(path: "docs").path())
        let paths = ["README.md"] + found.filter { $0.hasSuffix(".md") }.sorted().map { "docs/\($0)" }
        return try paths.map { path in
            Page(path: path, text: try String(contentsOf: root.appending(path: path), encoding: .utf8))
        }
    }

    /// Whether there is such a file or folder.
    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appending(path: path).path())
    }
}
