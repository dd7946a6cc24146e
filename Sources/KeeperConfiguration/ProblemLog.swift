/// Collects what is wrong, so that one reading tells of every mistake.
///
/// Shared by all who read one configuration, on one thread and for the length of one call.
final class ProblemLog {
    private var problems: [ConfigurationProblem] = []
    private(set) var warnings: [ConfigurationWarning] = []

    var isEmpty: Bool { problems.isEmpty }

    func add(_ keyPath: String, at place: ConfigurationProblem.Place, found: String, allowed: String) {
        problems.append(ConfigurationProblem(keyPath: keyPath, place: place, found: found, allowed: allowed))
    }

    func warn(_ keyPath: String, _ message: String) {
        warnings.append(ConfigurationWarning(keyPath: keyPath, message: message))
    }

    /// All problems: those of the file by line, those of the environment after them, equals as they were found.
    var inOrder: [ConfigurationProblem] {
        problems.enumerated()
            .sorted { ($0.element.place.order, $0.offset) < ($1.element.place.order, $1.offset) }
            .map(\.element)
    }
}
