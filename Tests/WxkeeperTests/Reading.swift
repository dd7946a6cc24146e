import Foundation

@testable import wxkeeper

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

/// A good file, into which a test puts its own lines.
struct Sample {
    var cluster = ""
    var node = ""
    var wechat = ""
    var app = ""
    var client = ""
    /// Sections besides.
    var other = ""

    static let secret = "cluster-secret-0123456789"

    var text: String {
        """
        cluster:
          redis: redis://127.0.0.1:6379
          secret: { value: \(Self.secret) }
        \(cluster)
        node:
          id: a
        \(node)
        wechat:
          overlap: 5m
        \(wechat)
        apps:
          - appid: wx1
            secret: { value: app-secret-0123456789 }
        \(app)
        clients:
          - id: shop
            key: { value: client-key-0123456789 }
            apps: all
        \(client)
        \(other)
        """
    }
}

extension ConfigurationProblem {
    /// The line in the file, nil if the problem has none.
    var line: Int? {
        if case .file(_, let line) = place { line } else { nil }
    }
}
