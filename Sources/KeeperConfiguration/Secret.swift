/// A text that must not be printed: an AppSecret, the cluster's secret, a password of Redis.
///
/// It describes and reflects itself as `<redacted>`; only `reveal()` gives the text, so that every use can be found.
package struct Secret: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let text: String

    package init(_ text: String) { self.text = text }

    /// The text itself.
    ///
    /// For the one place that needs it, never for a log or an error.
    package func reveal() -> String { text }

    package var isEmpty: Bool { text.isEmpty }
    package var count: Int { text.count }

    package var description: String { "<redacted>" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
