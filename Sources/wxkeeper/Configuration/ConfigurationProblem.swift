/// One reason why a configuration is refused: where it stands, what was found there and what is allowed.
///
/// Never holds the value of a secret, nor what a `${NAME}` was replaced by.
struct ConfigurationProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// The place in the configuration, such as `apps[1].secret`; empty for the file as a whole.
    var keyPath: String
    var place: Place
    var found: String
    var allowed: String

    /// Where the offending text was written.
    enum Place: Sendable, Equatable {
        case file(String, line: Int?)
        case variable(String)
        /// Nothing was written at all, and there is no file.
        case environment
    }

    /// One line, such as `prod.yaml:14: apps[1].api: found "stabel"; allowed: stable, classic`.
    var description: String {
        let path = keyPath.isEmpty ? "" : " \(keyPath):"
        return "\(place):\(path) found \(found); allowed: \(allowed)"
    }
}

extension ConfigurationProblem.Place: CustomStringConvertible {
    var description: String {
        switch self {
        case .file(let name, let line?): "\(name):\(line)"
        case .file(let name, nil): name
        case .variable(let name): "variable \(name)"
        case .environment: "environment"
        }
    }

    /// Problems are told in the order of the file, then those of the environment.
    var order: Int {
        switch self {
        case .file(_, let line): line ?? 0
        case .variable, .environment: .max
        }
    }
}

/// Something that is allowed but that an operator should know.
struct ConfigurationWarning: Sendable, Equatable, CustomStringConvertible {
    var keyPath: String
    var message: String

    var description: String { "\(keyPath): \(message)" }
}

/// All problems of one configuration, in order.
///
/// Never empty when thrown.
struct ConfigurationProblems: Error, Sendable, Equatable, CustomStringConvertible {
    var problems: [ConfigurationProblem]

    var description: String { problems.map(\.description).joined(separator: "\n") }
}
