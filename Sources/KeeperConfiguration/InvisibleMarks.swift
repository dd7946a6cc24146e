internal import Foundation

/// What editors, shells and other systems put into a text without anybody seeing it.
package enum InvisibleMarks {
    /// The text of a file: UTF-8, or UTF-16 that says so, less a byte-order mark.
    static func text(of bytes: Data) throws(SecretFileFailure) -> String {
        let head = Array(bytes.prefix(2))
        if head == [0xFF, 0xFE] || head == [0xFE, 0xFF] {
            guard bytes.count.isMultiple(of: 2), let text = String(data: bytes, encoding: .utf16) else {
                throw SecretFileFailure(reason: "bytes that are neither UTF-8 nor UTF-16")
            }
            return withoutByteOrderMark(text)
        }
        guard !bytes.contains(0) else {
            throw SecretFileFailure(reason: "a zero byte, as UTF-16 without a byte-order mark has; save it as UTF-8")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw SecretFileFailure(reason: "bytes that are not UTF-8")
        }
        return withoutByteOrderMark(text)
    }

    static func withoutByteOrderMark(_ text: String) -> String {
        text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
    }

    /// A value that stands alone in its file or variable: a byte-order mark before it and line breaks behind it are no
    /// part of it.
    package static func trimmed(_ text: String) -> String {
        var text = withoutByteOrderMark(text)
        while text.last?.isNewline == true { text.removeLast() }
        return text
    }

    /// The first character of `text` that nobody sees, by its name; nil if all can be seen or are plain spaces.
    static func first(in text: String) -> String? {
        text.unicodeScalars.lazy.compactMap(name).first
    }

    /// What is wrong at the ends of a value that came from a variable or a file; nil if nothing is.
    static func ends(of text: String) -> String? {
        if text.count >= 2, let first = text.first, first == text.last, first == "\"" || first == "'" {
            return "quotes around it, which are part of it here"
        }
        if text.last?.isNewline == true { return "a line break at its end" }
        if text.first?.isWhitespace == true { return "a blank at its beginning" }
        if text.last?.isWhitespace == true { return "a blank at its end" }
        return nil
    }

    private static let names: [UInt32: String] = [
        0x09: "a tab", 0x0A: "a line break", 0x0D: "a carriage return", 0xA0: "a no-break space",
        0xAD: "a soft hyphen", 0x200B: "a zero-width space", 0x200C: "a zero-width non-joiner",
        0x200D: "a zero-width joiner", 0x202F: "a narrow no-break space", 0x2060: "a word joiner",
        0x3000: "an ideographic space", 0xFEFF: "a byte-order mark",
    ]

    private static func name(of scalar: Unicode.Scalar) -> String? {
        guard scalar != " " else { return nil }
        let digits = String(scalar.value, radix: 16, uppercase: true)
        let number = "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        if let name = names[scalar.value] { return "\(name) (\(number))" }
        switch scalar.properties.generalCategory {
        case .spaceSeparator, .lineSeparator, .paragraphSeparator: return "an unusual space (\(number))"
        case .control, .format: return "an invisible character (\(number))"
        default: return nil
        }
    }
}
