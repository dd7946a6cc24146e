/// One reason why a configuration is refused: where it stands, what was found there and what is allowed.
///
/// Never holds the value of a secret, nor what a `${NAME}` was replaced by.
package struct ConfigurationProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// The place in the configuration, such as `apps[1].secret`; empty for the file as a whole.
    package var keyPath: String
    package var place: Place
    package var found: String
    package var allowed: String

    /// Where the offending text was written.
    package enum Place: Sendable, Equatable {
        case file(String, line: Int?)
        case variable(String)
        /// Nothing was written at all, and there is no file.
        case environment
    }

    /// One line, such as `prod.yaml:14: apps[1].api: found "stabel"; allowed: stable, classic`.
    package var description: String {
        let path = keyPath.isEmpty ? "" : " \(keyPath):"
        return "\(place):\(path) found \(found); allowed: \(allowed)"
    }
}

extension ConfigurationProblem.Place: CustomStringConvertible {
    package var description: String {
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
package struct ConfigurationWarning: Sendable, Equatable, CustomStringConvertible {
    package var keyPath: String
    package var message: String

    package var description: String { "\(keyPath): \(message)" }
}

/// All problems of one configuration, in order.
///
/// Never empty when thrown.
package struct ConfigurationProblems: Error, Sendable, Equatable, CustomStringConvertible {
    package var problems: [ConfigurationProblem]

    package var description: String { problems.map(\.description).joined(separator: "\n") }
}
