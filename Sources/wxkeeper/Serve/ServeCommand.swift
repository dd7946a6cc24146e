internal import ArgumentParser
internal import KeeperNode
internal import Logging

/// Runs one node in the foreground until it is told to go.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run one node in the foreground.",
        discussion: """
            SIGTERM or SIGINT hands the lease over at once, serves on for node.drain and ends with 0; a second signal \
            ends at once. Ends with 75 if another living node has this node's name, and with 78 if the configuration \
            is wrong.
            """
    )

    @Option(name: .long, help: "The configuration file. Without it, the WXKEEPER_… variables alone are read.")
    var config: String?

    @Flag(name: .long, help: "Watch the node from a parent process (not yet supported).")
    var supervise = false

    @OptionGroup var logs: LogOptions

    func run() async throws {
        guard !supervise else {
            Console.error("serve --supervise: not yet supported; let the service manager restart the node")
            throw ExitStatus.configuration.exitCode
        }
        let outcome: ConfigurationReader.Outcome
        do {
            outcome = try ConfigurationFile.load(config)
        } catch {
            Console.error("\(error)")
            throw ExitStatus.configuration.exitCode
        }
        let logger = logs.logger(node: outcome.configuration.node.id)
        for warning in outcome.warnings { logger.warning("\(warning)") }
        do {
            try await Assembly(outcome.configuration, logger: logger).run()
        } catch let error as NameTakenError {
            logger.critical("\(error)")
            throw ExitStatus.nameTaken.exitCode
        } catch {
            logger.critical("the node ended: \(error)")
            throw ExitStatus.failed.exitCode
        }
    }
}
