internal import Foundation
internal import Subprocess
internal import SystemPackage

/// A program that runs as long as its task does.
struct Child: Sendable {
    let program: Executable
    let arguments: [String]
    /// Whether what it says on standard error is shown; otherwise it is dropped.
    var isHeard = false
    /// How long it may take to end after SIGTERM before it is killed.
    var grace = Duration.seconds(10)
    /// How it is called in a list of processes, if not by its path.
    var name: String?

    /// Runs it to its end, or until this task is cancelled; then it is told to end and waited for.
    /// - Returns: how it ended, in words.
    func run() async throws -> String {
        var options = PlatformOptions()
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: grace)]
        // A group of its own: Ctrl-C reaches us alone, and we end the others in order.
        options.processGroupID = 0
        let arguments = Arguments(executablePathOverride: name, remainingValues: arguments)
        let status =
            if isHeard {
                try await Subprocess.run(
                    program, arguments: arguments, environment: Programs.environment, platformOptions: options,
                    input: .none, output: .discarded, error: .currentStandardError
                ).terminationStatus
            } else {
                try await Subprocess.run(
                    program, arguments: arguments, environment: Programs.environment, platformOptions: options,
                    input: .none, output: .discarded, error: .discarded
                ).terminationStatus
            }
        return "\(status)"
    }

    /// This very program, also after the file on disk was replaced.
    static func ourselves(_ arguments: [String]) -> Child {
        Child(program: .path("/proc/self/exe"), arguments: arguments, isHeard: true, name: "wxkeeper")
    }
}
