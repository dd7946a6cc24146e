/// A text that must not be printed: an AppSecret, the cluster's secret, a password of Redis.
///
/// It describes and reflects itself as `<redacted>`; only `reveal()` gives the text, so that every use can be found.
struct Secret: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let text: String

    init(_ text: String) { self.text = text }

    /// The text itself.
    ///
    /// For the one place that needs it, never for a log or an error.
    func reveal() -> String { text }

    var isEmpty: Bool { text.isEmpty }
    var count: Int { text.count }

    var description: String { "<redacted>" }
    var debugDescription: String { description }
    var customMirror: Mirror { Mirror(self, children: [:]) }
}
