internal import ArgumentParser
internal import KeeperConfiguration

/// Reads a configuration and says what it means, or everything that is wrong with it.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Validate a configuration and say what it means.",
        discussion: """
            Every mistake is told at once on standard error, with the file, the line, the key, what was found and \
            what is allowed. No secret is ever shown. Ends with 0, or with 78 if anything is wrong.

            With --live Redis and WeChat are asked as well: whether they are reached, whether Redis lets us in and \
            runs our scripts, and whether WeChat accepts the token that the cluster keeps. No key is left and no \
            token is fetched. Ends with 69 if one of them is not reached, and with 1 if one refuses.
            """
    )

    @Option(name: .long, help: "The configuration file. Without it, the WXKEEPER_… variables alone are read.")
    var config: String?

    @Flag(name: .long, help: "Also ask Redis and WeChat.")
    var live = false

    func run() async throws {
        do {
            let outcome = try ConfigurationFile.load(config)
            for warning in outcome.warnings { Console.error("warning: \(warning)") }
            Console.output("\(ConfigurationSummary(configuration: outcome.configuration))")
            if live { try await tell(LiveCheck(configuration: outcome.configuration).run()) }
        } catch let error as ConfigurationProblems {
            Console.error("\(error)")
            let count = error.problems.count
            Console.error(count == 1 ? "1 problem" : "\(count) problems")
            throw ExitStatus.configuration.exitCode
        }
    }

    /// What is good goes to standard output, everything else to standard error.
    private func tell(_ findings: [LiveCheck.Finding]) throws {
        for finding in findings {
            let line = Console.harmless(ConfigurationSummary.row(finding.place, finding.text))
            switch finding.verdict {
            case .good: Console.output(line)
            case .warning: Console.error("warning: \(line)")
            case .bad: Console.error(line)
            }
        }
        // Who is not reached cannot be judged, so that comes first.
        for status in [ExitStatus.configuration, .unreachable, .failed]
        where findings.contains(where: { $0.verdict == .bad(status) }) { throw status.exitCode }
    }
}
