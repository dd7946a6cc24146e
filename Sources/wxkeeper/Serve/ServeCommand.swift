internal import ArgumentParser
internal import Foundation
internal import KeeperConfiguration
internal import KeeperNode
internal import Logging
internal import NIOCore

/// Runs one node in the foreground until it is told to go.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run one node in the foreground.",
        discussion: """
            SIGTERM or SIGINT hands the lease over at once, serves on for node.drain and ends with 0; a second signal \
            ends at once. Ends with 75 if another living node has this node's name, and with 78 if the configuration \
            is wrong.

            With --supervise a parent process starts the node again when it dies, and gives its lease up at that very \
            moment instead of when it runs out.
            """
    )

    @Option(name: .long, help: "The configuration file. Without it, the WXKEEPER_… variables alone are read.")
    var config: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "How many threads serve callers, from 1 to 64; one fewer than there are processors if not told.",
            valueName: "n"))
    var eventLoops = max(1, System.coreCount - 1)

    @Flag(name: .long, help: "Watch the node from a parent process.")
    var supervise = false

    /// Started by `--supervise`: standard input brings the incarnation, and ends with the parent.
    @Flag(help: .hidden)
    var supervised = false

    @OptionGroup var logs: LogOptions

    /// What the node is started with by its parent: the environment is inherited, what is on the command line given on.
    var childArguments: [String] {
        ["serve", "--supervised", "--event-loops", "\(eventLoops)"] + (config.map { ["--config", $0] } ?? [])
            + logs.arguments
    }

    func validate() throws {
        guard (1...64).contains(eventLoops) else { throw ValidationError("--event-loops is from 1 to 64") }
    }

    func run() async throws {
        // Counts until the first is asked for.
        NIOSingletons.groupLoopCountSuggestion = eventLoops
        // Before the first line of the log, which nobody may read; libcurl may write to a closed connection as well.
        signal(SIGPIPE, SIG_IGN)
        let outcome: ConfigurationReader.Outcome
        do {
            outcome = try ConfigurationFile.load(config)
        } catch {
            Console.error("\(error)")
            throw ExitStatus.configuration.exitCode
        }
        let logger = logs.logger(node: outcome.configuration.node.id)
        if supervise {
            let supervisor = Supervisor(outcome.configuration, arguments: childArguments, logger: logger)
            throw ExitCode(try await supervisor.run())
        }
        for warning in outcome.warnings { logger.warning("\(warning)") }
        do {
            let parent = supervised ? Parent.met() : nil
            let assembly = try Assembly(outcome.configuration, parent: parent, logger: logger) {
                [config] () throws(ConfigurationProblems) in
                try ConfigurationFile.load(config)
            }
            try await assembly.run()
        } catch let error as NameTakenError {
            logger.critical("\(error)")
            throw ExitStatus.nameTaken.exitCode
        } catch {
            logger.critical("the node ended: \(error)")
            throw ExitStatus.failed.exitCode
        }
    }
}
