/// WeChat's `errmsg`, from which only known things are taken.
struct ErrorWords {
    private let words: [Substring]

    private static let hidden = "<redacted>"
    private static let textLimit = 160
    /// No word of a sentence is that long; a secret or a token is.
    private static let wordLimit = 23

    init(_ errmsg: String, hiding secrets: [String]) {
        let text = secrets.filter { !$0.isEmpty }.reduce(String(errmsg.prefix(1_000))) { text, secret in
            text.replacing(secret, with: Self.hidden)
        }
        words = text.split { $0.isWhitespace || $0 == "," || $0 == ";" }
    }

    /// The id after `rid:`, three groups of eight characters; WeChat explains a request by it for a week.
    var requestID: String? {
        guard let label = words.firstIndex(of: "rid:"), label + 1 < words.count else { return nil }
        let groups = words[label + 1].split(separator: "-", omittingEmptySubsequences: false)
        let isID = groups.count == 3 && groups.allSatisfy { $0.utf8.count == 8 && $0.allSatisfy(Self.isPlain) }
        return isID ? String(words[label + 1]) : nil
    }

    /// The first IP address; WeChat may hide parts of one behind asterisks.
    var address: String? {
        (words.first(where: Self.isVersion4) ?? words.first(where: Self.isVersion6)).map { String($0) }
    }

    /// The text without the request's id, cut, in visible ASCII; nothing in it can be a secret or a token.
    var harmless: String {
        let kept = words.prefix { $0 != "rid:" }.map { word in
            let isFit = word.utf8.count <= Self.wordLimit && word.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
            return isFit ? String(word) : Self.hidden
        }
        return kept.isEmpty ? "it gave no reason" : String(kept.joined(separator: " ").prefix(Self.textLimit))
    }

    private static func isPlain(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber)
    }

    private static func isVersion4(_ word: Substring) -> Bool {
        let parts = word.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { $0 == "*" || UInt8($0) != nil }
    }

    private static func isVersion6(_ word: Substring) -> Bool {
        word.utf8.count <= 45 && word.count(where: { $0 == ":" }) >= 2
            && word.allSatisfy { $0.isASCII && ($0.isHexDigit || ":.*".contains($0)) }
    }
}
