internal import Foundation
internal import KeeperConfiguration
internal import KeeperCore
internal import Logging
internal import RedisStores
internal import Subprocess
internal import SystemPackage
internal import UnixSignals

/// The parent of a node: starts it, forwards signals, starts it again when it dies, and says so to the store at once.
///
/// A lease runs out by itself some seconds after its holder's death. The parent knows better: when the kernel has
/// reported the end of the process, no code of that incarnation can run, so it gives the lease up in its name. It never
/// speaks for a node that lives, and knows nothing but the names it gave: should the parent itself be killed, the node
/// notices, hands over and ends, and nothing is lost but the shortcut.
struct Supervisor: Sendable {
    private let configuration: KeeperConfiguration.Configuration
    private let arguments: [String]
    private let logger: Logger
    private let orders = Orders()

    /// How long the store is told again of a death that it has not acknowledged.
    ///
    /// By then the lease has long run out.
    private static let longestReport: Duration = .seconds(60)
    private static let reportPause: Duration = .milliseconds(200)
    private static let orphanCheck: Duration = .seconds(10)

    /// - Parameter arguments: what the node is started with, behind the program's name.
    init(_ configuration: KeeperConfiguration.Configuration, arguments: [String], logger: Logger) {
        self.configuration = configuration
        self.arguments = arguments
        self.logger = logger
    }

    /// Runs until the node is told to go or cannot be helped.
    ///
    /// Returns the exit code.
    func run() async throws -> Int32 {
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
        return try await withThrowingTaskGroup(of: Int32?.self) { group in
            group.addTask { try await keepAlive() }
            group.addTask {
                for await signal in signals { orders.pass(signal) }
                return nil
            }
            if getpid() == 1 { group.addTask { await buryOrphans() } }
            defer { group.cancelAll() }
            while let ended = try await group.next() {
                if let code = ended { return code }
            }
            return ExitStatus.failed.rawValue
        }
    }

    // MARK: - The node

    private func keepAlive() async throws -> Int32 {
        var restarts = Restarts()
        return try await withThrowingTaskGroup(of: Void.self) { reports in
            while true {
                let holder = LeaseHolder(
                    node: configuration.node.id, incarnation: .draw(), address: configuration.node.advertise)
                let start = ContinuousClock.now
                let ending = try await live(as: holder.incarnation)
                // Whoever went by itself has handed over; of all others only we know.
                if ending != .exited(ExitStatus.done.rawValue) {
                    reports.addTask { await reportDeath(of: holder, by: ending) }
                }
                switch restarts.next(after: ending, lived: .now - start, isLeaving: orders.isLeaving) {
                case .end(let code):
                    try await reports.waitForAll()
                    return code
                case .start(let pause):
                    logger.error("the node has ended (\(ending)); it is started again in \(pause)")
                    await orders.wait(pause)
                    if orders.isLeaving {
                        try await reports.waitForAll()
                        return ExitStatus.done.rawValue
                    }
                }
            }
        }
    }

    /// Runs one process to its end.
    ///
    /// It is told its incarnation, so that we know in whose name to speak afterwards.
    private func live(as incarnation: Incarnation) async throws -> Restarts.Ending {
        var options = PlatformOptions()
        // A group of its own: Ctrl-C reaches us alone, and is forwarded once.
        options.processGroupID = 0
        // /proc/self/exe: an upgrade of the file on disk cannot mix two versions.
        let result = try await Subprocess.run(
            .path("/proc/self/exe"),
            arguments: Arguments(executablePathOverride: "wxkeeper", remainingValues: arguments),
            platformOptions: options, input: .inputWriter, output: .sequence, error: .currentStandardError
        ) { execution in
            // A node that ends before it has heard its name is started again like any other.
            _ = try? await execution.standardInputWriter.write("\(incarnation)\n")
            orders.begin(execution.processIdentifier.value) { try execution.send(signal: $0) }
            defer { orders.end() }
            // A node says nothing here: its standard output ends when it does. Its standard input is ours to end, or
            // ends with us; so each notices the other's death.
            for try await _ in execution.standardOutput {}
        }
        return switch result.terminationStatus {
        case .exited(let code): .exited(code)
        case .signaled(let number): .signaled(number)
        }
    }

    // MARK: - Its death

    private func reportDeath(of holder: LeaseHolder, by ending: Restarts.Ending) async {
        let store = RedisStore(
            cluster: configuration.cluster.name, endpoint: configuration.redisEndpoint, caller: holder, logger: logger)
        let timeout = configuration.cluster.timing.commandTimeout
        // Connecting takes several ways there and back.
        let limit = orders.isLeaving ? timeout * 8 : Self.longestReport
        let giveUp = ContinuousClock.now + limit
        while ContinuousClock.now < giveUp, !Task.isCancelled {
            if let reply = try? await store.perform(.reportDeath, before: .now + timeout) {
                // So that the next process need not wait to see whether the name is still in use.
                _ = try? await store.perform(.leave, before: .now + timeout)
                if reply.answer == .done { logger.notice("gave the lease up for the dead node (\(ending))") }
                break
            }
            try? await Task.sleep(for: Self.reportPause)
        }
        await store.close()
    }

    /// What the first process of a container owes all others: to bury those whose parents have gone.
    ///
    /// A dead process costs nothing but its number, so now and then is soon enough.
    private func buryOrphans() async -> Int32? {
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.orphanCheck)
            Orphans.bury(but: orders.processID)
        }
        return nil
    }
}
