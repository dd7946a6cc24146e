internal import ArgumentParser

@main
struct Wxkeeper: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wxkeeper",
        abstract: "Keeps WeChat access tokens for many callers: one leader refreshes, every node serves.",
        version: Version.number,
        subcommands: [
            ServeCommand.self, DemoCommand.self, SimulateCommand.self, CheckCommand.self, StatusCommand.self,
            TokenCommand.self, TicketCommand.self, RefreshCommand.self, StepDownCommand.self, SwitchoverCommand.self,
            DrillCommand.self, KeygenCommand.self, VersionCommand.self,
        ]
    )
}
