import ArgumentParser

@main
struct Wxkeeper: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "wxkeeper")
}
