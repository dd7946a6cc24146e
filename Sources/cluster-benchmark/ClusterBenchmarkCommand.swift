internal import ArgumentParser

/// Measures on this machine what cannot be judged by a test: machines differ, so every figure is a ratio in one run.
@main
struct ClusterBenchmarkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster-benchmark",
        abstract: "Measures what a cluster costs and how quick it is.",
        discussion: """
            Starts everything it needs on free ports and leaves nothing behind. Build it and wxkeeper in the same \
            configuration; a release build is what counts.
            """,
        subcommands: [
            ManyAppsCommand.self, ReadsCommand.self, ClusterCommand.self, EnduranceCommand.self,
            CountsCommand.self, PlainServerCommand.self,
        ],
        defaultSubcommand: ManyAppsCommand.self)
}
