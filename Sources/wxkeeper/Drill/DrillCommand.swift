internal import ArgumentParser
internal import ClusterDrill
internal import Foundation
internal import KeeperConfiguration

/// Rehearses failures, and says whether what is promised held.
struct DrillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drill",
        abstract: "Rehearse failures, on a cluster made for it or on yours, and see the promises kept.",
        discussion: """
            Each drill makes a cluster of its own on this machine, with callers, a Redis, a simulated WeChat and a \
            load balancer, and leaves nothing behind. It looks first, does one fault, stops at the first sign of harm, \
            and prints one line. Ends with 1 if a promise broke. Needs redis-server and haproxy. With --config it is \
            done on the cluster of that configuration; then only what harms nobody is done.
            """
    )

    @Argument(help: "The drills to run, or all.")
    var names: [String] = []

    @Flag(name: .long, help: "Say what each drill does and promises.")
    var list = false

    @Option(name: .long, help: "Also write a page with a timeline of every drill.")
    var report: String?

    @Flag(name: .long, help: "Print one JSON object; progress goes to standard error.")
    var json = false

    @Option(name: .long, help: "The configuration of a node of your own cluster, to run drills on that.")
    var config: String?

    @Flag(name: .customLong("i-mean-it"), help: "With --config: also run drills that callers may notice.")
    var isMeant = false

    @Flag(name: .long, help: "Say what would be done, and do nothing.")
    var dryRun = false

    @OptionGroup var node: NodeOptions

    func validate() throws {
        do {
            let chosen = try DrillName.chosen(by: names)
            guard config == nil else { return try validateOwn(chosen) }
        } catch let unknown as UnknownDrill {
            throw ValidationError(unknown.message)
        }
        guard !isMeant, node.url == nil, node.keyFile == nil else {
            throw ValidationError(
                "--i-mean-it, --url and --key-file belong to --config: without it a drill makes its own cluster")
        }
    }

    private func validateOwn(_ chosen: [DrillName]) throws {
        // Whoever says all means all that may be done there; whoever names a drill means that one.
        for name in chosen where names.contains(name.rawValue) {
            if let reason = name.refusal(isMeant: isMeant) {
                throw ValidationError("\(name.rawValue) is not run on your own cluster: \(reason)")
            }
        }
    }

    func run() async throws {
        guard !list else { return Console.output(DrillName.list) }
        guard !names.isEmpty else {
            Console.error("Name a drill, several, or \(DrillName.all):\n\n\(DrillName.list)\n")
            throw ExitStatus.usage.exitCode
        }
        do {
            let page = try report.map(ReportFile.init)
            let remote = try config.map { try RemoteCluster(config: $0, node: node) }
            let chosen = try DrillName.chosen(by: names).filter { remote == nil || $0.refusal(isMeant: isMeant) == nil }
            guard !dryRun else { return Console.output(intention(chosen, remote)) }
            let reading = try await DrillRun(isForPrograms: json, page: page).run(chosen, on: remote)
            if json { Console.output(try DrillDocument(reading).json()) }
            guard reading.isKept else { throw ExitStatus.failed.exitCode }
        } catch {
            guard let failure = CommandFailure(error) else { throw error }
            Console.error(Console.harmless(failure.message))
            throw failure.status.exitCode
        }
    }

    private func intention(_ chosen: [DrillName], _ remote: RemoteCluster?) -> String {
        let place = remote.map { "the cluster at \($0.url)" } ?? "a private cluster on this machine, a new one for each"
        let lines = chosen.map { name in
            "  \(name.rawValue.padded(to: 24))\(name.summary)"
        }
        let page = report.map { "\nA page would be written to \($0)." } ?? ""
        return "Would be run on \(place):\n\(lines.joined(separator: "\n"))\(page)\nNothing was done."
    }
}

extension UnknownDrill {
    fileprivate var message: String {
        let known = DrillName.allCases.map(\.rawValue) + [DrillName.all]
        let guess = Suggestion.nearest(to: name, among: known).map { "; did you mean \($0)?" } ?? ""
        return "no drill is called \(name.prefix(40))\(guess) (wxkeeper drill --list shows them)"
    }
}
