/// One value of the configuration before it is understood, with the place it was written at.
///
/// The file and the environment both end here, so that what follows need not know of YAML or of variables.
struct ConfigurationValue: Sendable, Equatable {
    var content: Content
    var place: ConfigurationProblem.Place
    /// What stands in the file, before `${NAME}` was replaced: the only form an error may show.
    var written: String = ""
    /// The text where it is read as a URL, if it is another there: what was put into one is encoded.
    var urlText: String?

    enum Content: Sendable, Equatable {
        /// Nothing, `~` or `null`: the same as leaving the key out.
        case nothing
        case text(String)
        case list([ConfigurationValue])
        case mapping([Entry])
    }

    struct Entry: Sendable, Equatable {
        var key: String
        /// Where the key stands, which is not always where its value begins.
        var place: ConfigurationProblem.Place
        var value: ConfigurationValue
    }

    var isNothing: Bool { content == .nothing }

    var text: String? {
        if case .text(let text) = content { text } else { nil }
    }

    /// The text of a value that is a URL.
    var url: String? { text.map { urlText ?? $0 } }

    var list: [ConfigurationValue]? {
        if case .list(let list) = content { list } else { nil }
    }

    /// The value under `key` of a mapping, nil if there is none.
    subscript(key: String) -> ConfigurationValue? {
        guard case .mapping(let entries) = content else { return nil }
        return entries.first { $0.key == key }?.value
    }

    /// Puts `value` at `path`, making the mappings on the way.
    ///
    /// A value on the way that is no mapping stays as it is: it is a mistake, and will be told as one.
    mutating func set(_ path: ArraySlice<String>, to value: ConfigurationValue) {
        guard let key = path.first else {
            self = value
            return
        }
        if isNothing { content = .mapping([]) }
        guard case .mapping(var entries) = content else { return }
        // Emptied first, so that the array is not copied while it grows.
        content = .nothing
        if let index = entries.firstIndex(where: { $0.key == key }) {
            entries[index].value.set(path.dropFirst(), to: value)
        } else {
            var child = ConfigurationValue(content: .nothing, place: value.place)
            child.set(path.dropFirst(), to: value)
            entries.append(Entry(key: key, place: value.place, value: child))
        }
        content = .mapping(entries)
    }

    /// How an error tells what was found, in a few safe words.
    var shown: String {
        switch content {
        case .nothing: "nothing"
        case .text: Self.quoted(written)
        case .list: "a list"
        case .mapping: "a mapping"
        }
    }

    /// `text` in quotation marks, on one line and not too long.
    static func quoted(_ text: String) -> String {
        let head = text.prefix(60)
        return head.debugDescription + (head.endIndex == text.endIndex ? "" : "…")
    }
}
