internal import ArgumentParser

/// Says what this program is made of.
struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version",
        abstract: "Print the version, the commit, the build and the versions of Swift and of the libraries."
    )

    @Flag(name: .long, help: "Print one JSON object.")
    var json = false

    func run() throws {
        Console.output(json ? try Version.json() : Version.lines)
    }
}
