internal import Foundation
internal import Subprocess
internal import SystemPackage

/// What a program that was run to its end leaves behind.
package struct Finished: Sendable {
    package let ending: Child.Ending
    /// What it wrote on standard output, and on standard error; a megabyte each at most.
    package let output, errors: String

    /// Runs `program` to its end, with no standard input, and nothing in its environment but `environment` and a path
    /// to find programs by.
    /// - Parameter program: a path, or a name to be found.
    package init(
        running program: String, _ arguments: [String], environment: [String: String] = [:]
    ) async throws {
        let result = try await Subprocess.run(
            program.contains("/") ? .path(FilePath(program)) : .name(program), arguments: Arguments(arguments),
            environment: ProgramPath.environment(with: environment), output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20))
        (output, errors) = (result.standardOutput, result.standardError)
        ending =
            switch result.terminationStatus {
            case .exited(let code): .exited(code)
            case .signaled(let signal): .signaled(signal)
            }
    }
}

/// Where programs are looked for.
package enum ProgramPath {
    /// Where we look, and where root does: Debian puts HAProxy there.
    package static var text: String {
        let own = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        return own + ":/usr/local/sbin:/usr/sbin:/sbin"
    }

    static func environment(with own: [String: String]) -> Environment {
        let all = own.merging(["PATH": text]) { $1 }
        return .custom(Dictionary(uniqueKeysWithValues: all.map { (Environment.Key(stringLiteral: $0), $1) }))
    }
}
