import Foundation

@testable import KeeperConfiguration

/// Reads a configuration out of nothing but the arguments.
func read(
    _ text: String?,
    variables: [String: String] = [:],
    files: [String: String] = [:],
    hostName: String = "host-1"
) -> Result<ConfigurationReader.Outcome, ConfigurationProblems> {
    let surroundings = ConfigurationReader.Surroundings(
        environment: { variables[$0] },
        readSecretFile: { path throws(SecretFileFailure) in
            guard let text = files[path] else { throw SecretFileFailure(reason: "no such file") }
            return text
        },
        hostName: { hostName }
    )
    return ConfigurationReader.read(text.map { .init(name: "test.yaml", text: $0) }, in: surroundings)
}

/// The configuration, which must have no mistake.
func configuration(
    _ text: String?,
    variables: [String: String] = [:],
    files: [String: String] = [:]
) throws -> Configuration {
    try read(text, variables: variables, files: files).get().configuration
}

/// The mistakes, none if there are none.
func problems(
    _ text: String?,
    variables: [String: String] = [:],
    files: [String: String] = [:],
    hostName: String = "host-1"
) -> [ConfigurationProblem] {
    switch read(text, variables: variables, files: files, hostName: hostName) {
    case .success: []
    case .failure(let failure): failure.problems
    }
}

extension ConfigurationProblem {
    /// The line in the file, nil if the problem has none.
    var line: Int? {
        if case .file(_, let line) = place { line } else { nil }
    }
}
