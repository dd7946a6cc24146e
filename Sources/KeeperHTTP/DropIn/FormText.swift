internal import Foundation

/// Names and values as a query or a form writes them.
enum FormText {
    /// The fields with a value; of several with one name the first.
    ///
    /// A line break at the end belongs to none: files and old programs have one there.
    /// - Parameter plusIsSpace: true in a body. In a query it may be either, and no appid, token or key has a space.
    static func fields(_ text: String, plusIsSpace: Bool) -> [String: String] {
        var text = text[...]
        while text.last?.isNewline == true { text.removeLast() }
        func decoded(_ part: Substring) -> String {
            let part = plusIsSpace ? part.replacing("+", with: " ") : part
            return String(part).removingPercentEncoding ?? String(part)
        }
        let pairs = text.split(separator: "&").compactMap { field -> (String, String)? in
            let parts = field.split(separator: "=", maxSplits: 1)
            return parts.count < 2 ? nil : (decoded(parts[0]), decoded(parts[1]))
        }
        return Dictionary(pairs) { first, _ in first }
    }
}
