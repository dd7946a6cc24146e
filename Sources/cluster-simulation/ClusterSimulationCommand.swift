internal import ArgumentParser
internal import ClusterSimulation
internal import KeeperCore

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// Runs seeded worlds of the production core and says whether an invariant was violated in any of them.
@main
struct ClusterSimulationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster-simulation",
        abstract: "Runs seeded worlds: nodes with the production core, a Redis, a WeChat, callers and faults.",
        discussion: "Ends with 1 if an invariant was violated, naming the seed; run that seed again with --trace.")

    @Option(help: "How many worlds.")
    var worlds = 1000

    @Option(help: "The first seed; the others follow it.")
    var seed: UInt64 = 1

    @Option(help: "A rule to take out: the run should find a violation.")
    var mutant: String?

    @Flag(help: "Choose the worlds in which the mutant shows soonest.")
    var hunt = false

    @Flag(help: "Print the names of the rules that can be taken out.")
    var listMutants = false

    @Flag(help: "Tell what happens with the first seed, line by line.")
    var trace = false

    @Flag(help: "A fault every 0.7 s, a quarter of the answers lost, most calls long.")
    var harsh = false

    @Flag(help: "Only the store fails: its loss must not cause one call.")
    var storeLoss = false

    @Flag(help: "Two calls in a hundred are processed far too late, against the assumptions.")
    var breakAssumptions = false

    @Flag(help: "One kind of fault at a time, again and again: everything must stay well within stated times.")
    var liveness = false

    @Option(help: "With --liveness or --trace: only this kind of fault.")
    var only: String?

    @Flag(help: "Instead of worlds drawn by lot: every scenario of two nodes and one app within some bounds.")
    var exhaustive = false

    @Option(help: "With --exhaustive: most faults in one scenario.")
    var faults = 2

    @Flag(help: "End after the first world in which an invariant was violated.")
    var stopAtFirst = false

    func validate() throws {
        guard worlds > 0 else { throw ValidationError("--worlds must be positive") }
        guard let mutant, Rule(named: mutant) == nil else { return }
        throw ValidationError("no rule is named \(mutant); see --list-mutants")
    }

    private var options: WorldOptions {
        let mutant = mutant.flatMap(Rule.init(named:))
        if let fault = Fault.survivable.first(where: { $0.rawValue == only }) { return .liveness(fault) }
        if let mutant, hunt { return .hunt(for: mutant) }
        var options: WorldOptions = storeLoss ? .storeLoss : harsh ? .harsh : WorldOptions()
        options.mutant = mutant
        options.breaksAssumptions = breakAssumptions
        return options
    }

    func run() throws {
        if listMutants {
            for rule in Rule.allCases { print(rule.name) }
            return
        }
        if trace {
            let report = World(seed: seed, options: options, listener: { print($0) }).run()
            if !report.violations.isEmpty { throw ExitCode(1) }
            return
        }
        if exhaustive { return try search() }
        if liveness { return try keepAlive() }
        let start = clock()
        let sweep = Sweep(seeds: seed..<seed + UInt64(worlds), options: options, stopsAtFirst: stopAtFirst)
        show(sweep, cpuSeconds: Double(clock() - start) / Double(CLOCKS_PER_SEC))
        if sweep.brokenWorlds > 0 { throw ExitCode(1) }
    }

    private func keepAlive() throws {
        var isBroken = false
        for fault in Fault.survivable where only == nil || fault.rawValue == only {
            let sweep = Sweep(seeds: seed..<seed + UInt64(worlds), options: .liveness(fault), stopsAtFirst: stopAtFirst)
            print("\(fault.rawValue): \(sweep.worlds) worlds, broken \(sweep.brokenWorlds)")
            for violation in sweep.violations.prefix(5) { print("  \(violation)") }
            isBroken = isBroken || sweep.brokenWorlds > 0
        }
        if isBroken { throw ExitCode(1) }
    }

    private func search() throws {
        let start = clock()
        let findings = Search(.init(faults: faults), seed: seed, mutant: mutant.flatMap(Rule.init(named:))).findings
        let seconds = Int((Double(clock() - start) / Double(CLOCKS_PER_SEC)).rounded(.up))
        print(
            "\(findings.states) states, \(findings.scenarios) scenarios, depth \(findings.depth), "
                + "up to \(findings.faults) faults, \(findings.violations.count) violations, \(seconds) s")
        for (violation, scenario) in findings.violations { print("  \(violation)\n    after \(scenario)") }
        if !findings.violations.isEmpty { throw ExitCode(1) }
    }

    private func show(_ sweep: Sweep, cpuSeconds: Double) {
        let rate = Int(Double(sweep.worlds) / max(cpuSeconds, 1e-6))
        print(
            "\(sweep.worlds) worlds, \(sweep.steps) events, \(sweep.calls) calls, \(sweep.issues) tokens, "
                + "\(sweep.terms) terms; \(rate) worlds per CPU second")
        print("digest \(String(sweep.digest, radix: 16))")
        print("longest time until the newest token was published: \(Int(sweep.longestUnpublished * 1000)) ms")
        for sighting in Sighting.allCases {
            let count = String(sweep.sightings[sighting])
            print(String(repeating: " ", count: max(0, 10 - count.count)) + count + "  " + sighting.sentence)
        }
        let unseen = Sighting.needed.filter { sweep.sightings[$0] == 0 }
        if !unseen.isEmpty {
            print("this run has shown less than it should: it never saw that")
            for sighting in unseen { print("  \(sighting.sentence)") }
        }
        guard sweep.brokenWorlds > 0 else { return print("no invariant was violated") }
        print("invariants were violated in \(sweep.brokenWorlds) worlds:")
        for (invariant, count) in zip(Violation.Invariant.allCases, sweep.broken) where count > 0 {
            print("  \(count) x \(invariant.rawValue)")
        }
        for violation in sweep.violations.prefix(20) { print("  \(violation)") }
    }
}
