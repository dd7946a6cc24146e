internal import ArgumentParser

/// Reads a configuration and says what it means, or everything that is wrong with it.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Validate a configuration and say what it means.",
        discussion: """
            Every mistake is told at once on standard error, with the file, the line, the key, what was found and \
            what is allowed. No secret is ever shown. Ends with 0, or with 78 if anything is wrong.
            """
    )

    @Option(name: .long, help: "The configuration file. Without it, the WXKEEPER_… variables alone are read.")
    var config: String?

    @Flag(name: .long, help: "Also ask Redis and WeChat (not yet supported).")
    var live = false

    func run() async throws {
        do {
            let outcome = try ConfigurationFile.load(config)
            for warning in outcome.warnings { Console.error("warning: \(warning)") }
            guard !live else {
                Console.error("check --live: not yet supported; the configuration itself is good")
                throw ExitStatus.configuration.exitCode
            }
            Console.output("\(ConfigurationSummary(configuration: outcome.configuration))")
        } catch let error as ConfigurationProblems {
            Console.error("\(error)")
            let count = error.problems.count
            Console.error(count == 1 ? "1 problem" : "\(count) problems")
            throw ExitStatus.configuration.exitCode
        }
    }
}
