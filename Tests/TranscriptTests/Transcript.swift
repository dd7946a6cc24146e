import Foundation

/// A scene that is kept as a text file in `docs/transcripts`.
struct Transcript: Sendable, CustomStringConvertible {
    /// The name of the file, without its extension.
    let name: String
    let title: String
    /// What to look at, in two or three sentences.
    let look: String
    let play: @Sendable () -> Scene

    var description: String { name }

    /// The whole file.
    var text: String { "\(title)\n\n\(look)\n" + play().page.text }

    static let all = cluster + store + tokens

    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../docs/transcripts").standardized

    var file: URL { Self.folder.appending(path: "\(name).txt") }
}
