internal import Foundation

/// Standard output for answers, standard error for everything else, the log too.
///
/// Whoever reads may have gone, and a disk may be full: then a line is lost, and nothing that runs ends for it.
/// (`FileHandle.write(_:)` would trap.)
enum Console {
    static func output(_ text: String) { write(text + "\n", to: .standardOutput) }

    static func error(_ text: String) { write(text + "\n", to: .standardError) }

    /// Text that something else will take the place of, on the same line.
    static func progress(_ text: String) { write(text, to: .standardOutput) }

    private static func write(_ text: String, to file: FileHandle) { try? file.write(contentsOf: Data(text.utf8)) }

    /// Text from afar, with every control character but the line break made harmless: a terminal obeys them.
    static func harmless(_ text: String) -> String {
        let scalars = text.unicodeScalars.map { scalar in
            scalar.properties.generalCategory == .control && scalar != "\n" ? "?" : scalar
        }
        return String(String.UnicodeScalarView(scalars))
    }
}
