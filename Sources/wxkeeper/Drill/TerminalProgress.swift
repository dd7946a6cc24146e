internal import ClusterDrill
internal import Foundation

/// Tells a person how a drill goes while it runs: one line that changes on a terminal, a plain line a second elsewhere.
struct TerminalProgress: DrillProgress {
    enum Medium: Sendable {
        case terminal
        case standardOutput
        /// Where standard output belongs to a program.
        case standardError
    }

    let medium: Medium

    /// Goes to the beginning of the line and empties it.
    private static let clear = "\r\u{1B}[2K"
    /// A line that is broken in two cannot be emptied by `clear`.
    private static let width = 79

    /// What fits the place where the command runs.
    init(isForPrograms: Bool) {
        medium = isForPrograms ? .standardError : isatty(STDOUT_FILENO) == 1 ? .terminal : .standardOutput
    }

    /// Tells something that stays.
    func tell(_ text: String) {
        let text = Console.harmless(text)
        switch medium {
        case .terminal: Console.output(Self.clear + text)
        case .standardOutput: Console.output(text)
        case .standardError: Console.error(text)
        }
    }

    /// A line that changes may change often.
    var period: Duration { medium == .terminal ? .milliseconds(250) : .seconds(1) }

    func show(_ line: String) {
        if medium == .terminal { Console.progress(Self.clear + line.prefix(Self.width)) } else { tell(line) }
    }
}
