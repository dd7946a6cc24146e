import LocalCluster

/// The program itself, run as a shell would run it.
enum Program {
    /// Runs `wxkeeper` with nothing in its environment but `variables` and a path to find programs by.
    static func run(_ arguments: [String], variables: [String: String] = [:]) async throws -> Finished {
        try await Finished(running: BuiltProgram.path, arguments, environment: variables)
    }
}

extension Finished {
    /// What it ended with; nil if a signal ended it.
    var status: Int32? { if case .exited(let code) = ending { code } else { nil } }
}

extension Folder {
    /// Writes a configuration and returns its path.
    func write(_ text: String) throws -> String { try write(text, to: "wxkeeper.yaml") }
}
