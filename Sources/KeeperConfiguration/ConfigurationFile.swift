package import Foundation

/// Reads a configuration from this machine: its files, its variables, its name.
package enum ConfigurationFile {
    /// Reads the file at `path` with the variables laid over it; with no path, the variables alone.
    package static func load(
        _ path: String?,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(ConfigurationProblems) -> ConfigurationReader.Outcome {
        let folder = path.map { URL(fileURLWithPath: $0).deletingLastPathComponent() }
        let surroundings = ConfigurationReader.Surroundings(
            environment: { environment[$0] },
            readSecretFile: { name throws(SecretFileFailure) in
                let url = URL(fileURLWithPath: name, relativeTo: folder)
                return try text(at: url, limit: ConfigurationLimit.secretFileBytes)
            },
            hostName: { ProcessInfo.processInfo.hostName },
            variableNames: Array(environment.keys)
        )
        var file: ConfigurationReader.File?
        if let path {
            do {
                let text = try text(at: URL(fileURLWithPath: path), limit: ConfigurationLimit.fileBytes)
                file = ConfigurationReader.File(name: path, text: text)
            } catch {
                let problem = ConfigurationProblem(
                    keyPath: "",
                    place: .file(path, line: nil),
                    found: error.reason,
                    allowed: "a YAML file that this user can read"
                )
                throw ConfigurationProblems(problems: [problem])
            }
        }
        return try ConfigurationReader.read(file, in: surroundings).get()
    }

    /// The text of a file of at most `limit` bytes.
    ///
    /// Reads no more than that, so a device or a pipe cannot fill memory.
    package static func text(at url: URL, limit: Int) throws(SecretFileFailure) -> String {
        var bytes = Data()
        do {
            let handle = try FileHandle(forReadingFrom: url)
            defer { try? handle.close() }
            while bytes.count <= limit, let more = try handle.read(upToCount: limit + 1 - bytes.count), !more.isEmpty {
                bytes += more
            }
        } catch {
            throw SecretFileFailure(reason: reason(of: error))
        }
        guard bytes.count <= limit else { throw SecretFileFailure(reason: "more than \(limit) bytes") }
        return try InvisibleMarks.text(of: bytes)
    }

    private static func reason(of error: any Error) -> String {
        switch (error as? CocoaError)?.code {
        case .fileReadNoSuchFile?, .fileNoSuchFile?: "no such file"
        case .fileReadNoPermission?: "no permission to read it"
        default: "a file that cannot be read"
        }
    }
}
