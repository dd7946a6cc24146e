internal import ArgumentParser
internal import LocalCluster
internal import WeChatSimulator

/// Measures what a cluster costs that keeps many apps.
///
/// Every figure that is judged is a ratio within one run: to the least time that WeChat's own latency allows, and to a
/// cluster with few apps on the same machine.
struct ManyAppsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "many-apps",
        abstract: "Three nodes with many apps: cold start, memory, Redis commands.",
        discussion: "Ends with 1 if a promise is broken.")

    @Option(help: "How many apps.")
    var apps = 10_000

    @Option(help: "How many apps the cluster has that it is compared with.")
    var few = 10

    @Option(help: "How long WeChat takes to answer, in milliseconds.")
    var latency = 300

    @Option(help: "How long Redis is watched, in seconds.")
    var watch = 10

    /// The benchmark promises a cold start at most so much longer than the least.
    static let mostDelay = 1.10
    /// It promises a node resident in so many bytes.
    static let mostMemory = 60_000_000
    /// It promises at most so many times the Redis commands a second with many apps as with few.
    static let mostTraffic = 1.10

    func validate() throws {
        guard (1...20_000).contains(apps), (1...apps).contains(few) else {
            throw ValidationError("--apps is from 1 to 20000, and --few at most that")
        }
        guard (1...2000).contains(latency), (1...600).contains(watch) else {
            throw ValidationError("--latency is from 1 to 2000, --watch from 1 to 600")
        }
    }

    func run() async throws {
        let latency = Duration.milliseconds(latency)
        let base = try await Measurement(apps: few, latency: latency, watch: .seconds(watch))
        let full = try await Measurement(apps: apps, latency: latency, watch: .seconds(watch))

        let least = latency * apps / Measurement.callsAtOnce
        let delay = full.coldStart / max(least, .milliseconds(1))
        let traffic = full.commandsPerSecond / base.commandsPerSecond
        print(
            """
            \(apps) apps on the stable line, three nodes, WeChat answers after \(self.latency) ms, \
            \(Measurement.callsAtOnce) calls at once
              all tokens on all nodes  \(seconds(full.coldStart)) s after the start; the least is \(seconds(least)) s: \
            ratio \(delay.rounded(to: 2)), promised \(Self.mostDelay.rounded(to: 2))
              memory of a node         \(megabytes(full.memory.now)) MB resident, promised \
            \(megabytes(Self.mostMemory)) MB; \(megabytes(full.memory.own)) MB of it its own
              with \(few) apps          \(megabytes(base.memory.now)) MB resident, \
            \(megabytes(base.memory.own)) MB of it its own
              Redis commands a second  \(full.commandsPerSecond.rounded(to: 2)); with \(few) apps \
            \(base.commandsPerSecond.rounded(to: 2)): ratio \(traffic.rounded(to: 2)), \
            promised \(Self.mostTraffic.rounded(to: 2))
            """)
        let isKept =
            delay <= Self.mostDelay && full.memory.now <= Self.mostMemory
            && traffic <= Self.mostTraffic
        guard isKept else { throw ExitCode(1) }
    }

    private func seconds(_ duration: Duration) -> String { (duration / .seconds(1)).rounded(to: 2) }

    private func megabytes(_ bytes: Int) -> String { (Double(bytes) / 1_000_000).rounded(to: 2) }
}
