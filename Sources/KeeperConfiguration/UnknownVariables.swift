/// Finds variables that look like ours and are not.
struct UnknownVariables {
    /// Those of the commands and of the tests.
    private static let others = [
        "WXKEEPER_URL", "WXKEEPER_KEY", "WXKEEPER_STRICT", "WXKEEPER_LONG", "WXKEEPER_SDKS",
    ]
    private static let known = EnvironmentVariable.allCases.map(\.rawValue) + others
    private static let prefix = "WXKEEPER_"

    /// Warns of each of `names` that nobody reads.
    /// - Parameter asked: the variables that the configuration itself names.
    static func warn(of names: [String], asked: Set<String>, in log: ProblemLog) {
        for name in names.sorted() where name.uppercased().hasPrefix(prefix) {
            guard !known.contains(name), !asked.contains(name), !isOfKubernetes(name) else { continue }
            let hint = nearest(to: name).map { "did you mean \($0)?" } ?? "docs/configuration.md lists those it reads"
            log.warn("variable \(ConfigurationValue.quoted(name))", "wxkeeper does not read it; \(hint)")
        }
    }

    /// What Kubernetes sets in every pod beside a service of the name `wxkeeper`.
    private static func isOfKubernetes(_ name: String) -> Bool {
        name == "WXKEEPER_PORT" || name.hasPrefix("WXKEEPER_PORT_") || name.hasPrefix("WXKEEPER_SERVICE_")
    }

    private static func nearest(to name: String) -> String? {
        func folded(_ name: String) -> String { name.lowercased().replacing("_", with: "-") }
        let readable = EnvironmentVariable.allCases.map(\.rawValue)
        if let near = Suggestion.nearest(to: name, among: readable.map(folded)) {
            return readable.first { folded($0) == near }
        }
        // `WXKEEPER_REDIS_URL`, `WXKEEPER_SECRET`.
        let word = name.uppercased().dropFirst(prefix.count)
        guard word.count >= 3 else { return nil }
        return readable.first { name.uppercased().hasPrefix($0) } ?? readable.first { $0.hasSuffix(word) }
    }
}

/// Remembers which variables were asked for.
final class AskedVariables {
    private(set) var names: Set<String> = []
    private let environment: (String) -> String?

    init(_ environment: @escaping (String) -> String?) { self.environment = environment }

    func value(_ name: String) -> String? {
        names.insert(name)
        return environment(name)
    }
}
