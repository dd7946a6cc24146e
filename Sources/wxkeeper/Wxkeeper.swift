internal import ArgumentParser

@main
struct Wxkeeper: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wxkeeper",
        abstract: "Keeps WeChat access tokens for many callers: one leader refreshes, every node serves.",
        version: Version.number,
        subcommands: [
            CheckCommand.self, KeygenCommand.self, RefreshCommand.self, StatusCommand.self, StepDownCommand.self,
            TokenCommand.self, VersionCommand.self,
        ]
    )
}
