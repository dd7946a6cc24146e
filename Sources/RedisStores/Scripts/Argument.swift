internal import RedisClient

/// One thing that a script is told: under which name it knows it, and how it reads it.
struct Argument: Sendable {
    /// How a script reads an argument; all come as texts.
    enum Form: Sendable {
        /// As it is.
        case text
        /// A number.
        case number
        /// A number; nil where it is empty.
        case optionalNumber
        /// true for "1".
        case flag
    }

    let name: String
    let form: Form

    /// The Lua expression that reads it out of `text`, which is one too.
    func reading(_ text: String) -> String {
        switch form {
        case .text: text
        case .number: "number(\(text))"
        case .optionalNumber: "tonumber(\(text))"
        case .flag: "\(text) == '1'"
        }
    }
}

/// What one kind of command tells its script, in order: each argument beside the value that the command gives it.
///
/// The one place where a position is decided: the script's first lines are made of the names, the arguments of
/// `EVALSHA` of the values.
struct ArgumentList<Command>: Sendable {
    /// An argument and its value.
    struct Row: Sendable {
        let argument: Argument
        let value: @Sendable (Command) -> RedisArgument

        static func text(_ name: String, _ value: @escaping @Sendable (Command) -> RedisArgument) -> Row {
            Row(argument: Argument(name: name, form: .text), value: value)
        }

        static func number(_ name: String, _ value: @escaping @Sendable (Command) -> RedisArgument) -> Row {
            Row(argument: Argument(name: name, form: .number), value: value)
        }

        /// Empty for nil.
        static func optionalNumber(_ name: String, _ value: @escaping @Sendable (Command) -> RedisArgument?) -> Row {
            Row(argument: Argument(name: name, form: .optionalNumber)) { value($0) ?? "" }
        }

        static func flag(_ name: String, _ value: @escaping @Sendable (Command) -> Bool) -> Row {
            Row(argument: Argument(name: name, form: .flag)) { value($0).argument }
        }
    }

    let rows: [Row]

    init(_ rows: [Row]) { self.rows = rows }

    /// What the script calls them.
    var names: [Argument] { rows.map(\.argument) }

    /// What `EVALSHA` is given.
    func values(of command: Command) -> [RedisArgument] { rows.map { $0.value(command) } }

    /// A Lua function that reads the next such command out of a list of them.
    ///
    /// Only for scripts that are given a list of commands after their own arguments; see `Script.cursor`.
    func reader(_ name: String) -> String {
        let lines = names.map { "    item.\($0.name) = \($0.reading("nextListed()"))" }
        return (["local function \(name)()", "    local item = {}"] + lines + ["    return item", "end"])
            .joined(separator: "\n")
    }
}

/// What every script is told first, whatever it does.
struct ScriptHead: Sendable {
    /// Which start of the server this is: a lease tells under which it was granted.
    let run: String
    /// A random name, used if the store has none.
    ///
    /// The generator of Lua in Redis starts from the same seed in every
    /// script, so chance has to come from outside.
    let freshName: String
    /// In whose name the command is given.
    let incarnation: String, node: String, address: String
    /// Where hints are published.
    let channel: String

    static let arguments = ArgumentList<ScriptHead>([
        .text("run") { RedisArgument($0.run) },
        .text("freshName") { RedisArgument($0.freshName) },
        .text("caller") { RedisArgument($0.incarnation) },
        .text("node") { RedisArgument($0.node) },
        .text("address") { RedisArgument($0.address) },
        .text("channel") { RedisArgument($0.channel) },
    ])
}
