/// One field of a hash in Redis: its name, what may stand in it, and what the hash is worth without it.
struct StoredField: Hashable, Sendable {
    /// What may stand in a field; anything else counts as lost.
    ///
    /// `docs/redis.md` uses the same words.
    enum Form: String, Sendable {
        /// A number that only goes up, at most 1.001·10^12.
        case count
        /// A whole number.
        case number
        /// A length of time in milliseconds.
        case milliseconds
        /// Milliseconds since 1970, by the clock of Redis.
        case time
        /// 1 or 0.
        case flag
        /// Printable ASCII, at most 16 KiB.
        case text
        /// Words for people, of whatever bytes, at most 4 KiB.
        case words

        /// Whether Lua counts with it.
        var isNumeric: Bool { [.count, .number, .milliseconds, .time].contains(self) }

        /// The function of the scripts that says whether a value has this form.
        var test: String {
            switch self {
            case .count: "isCount"
            case .number, .milliseconds, .time: "isNumber"
            case .flag, .text: "isText"
            case .words: "isWords"
            }
        }
    }

    /// What a hash is without the field, or with something else in it.
    enum Weight: Sendable {
        /// Nothing in the hash is believed.
        case needed
        /// The hash is well without it; but with something else in it nothing in the hash is believed.
        case optional
        /// The hash is well either way; the field alone is lost.
        case spare
    }

    let name: String
    let form: Form
    let weight: Weight

    init(_ name: String, _ form: Form, _ weight: Weight = .optional) {
        self.name = name
        self.form = form
        self.weight = weight
    }
}

/// A hash in Redis: all of its fields, in the order in which they are read and written.
struct StoredHash: Sendable {
    /// The last part of its key, for people.
    let key: String
    /// How the scripts call it.
    let luaName: String
    let fields: [StoredField]

    /// The table from which the scripts know the hash.
    var lua: String {
        func set(_ members: [StoredField], _ value: (StoredField) -> String) -> String {
            "{ " + members.map { "\($0.name) = \(value($0))" }.joined(separator: ", ") + " }"
        }
        return """
            local \(luaName) = {
                names = { \(fields.map { "'\($0.name)'" }.joined(separator: ", ")) },
                isValid = \(set(fields) { $0.form.test }),
                isNumeric = \(set(fields.filter(\.form.isNumeric)) { _ in "true" }),
                isNeeded = \(set(fields.filter { $0.weight == .needed }) { _ in "true" }),
                isSpare = \(set(fields.filter { $0.weight == .spare }) { _ in "true" }),
            }
            """
    }
}
