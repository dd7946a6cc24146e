internal import Foundation
internal import Synchronization

/// The machine, the clock that drives it, and one lock around the two.
final class SimulatorState: Sendable {
    let startUnixMilliseconds: Int64
    private let start: ContinuousClock.Instant
    private let machine: Mutex<SimulatedWeChat>

    init(_ configuration: WeChatSimulatorServer.Configuration) throws(SimulatorError) {
        // The wall clock is read once, for the time that WeChat writes into its error replies.
        startUnixMilliseconds = Int64(Date.now.timeIntervalSince1970 * 1_000)
        start = .now
        var machine = SimulatedWeChat(
            timing: configuration.timing,
            limits: configuration.limits,
            seed: configuration.seed,
            startUnixSeconds: startUnixMilliseconds / 1_000
        )
        for app in configuration.apps { try machine.add(app) }
        self.machine = Mutex(machine)
    }

    var now: SimulatedWeChat.Instant { .init(sinceStart: start.duration(to: .now)) }

    /// One step of the machine.
    ///
    /// The clock is read inside the lock, so that time never runs backwards in the log.
    func step<Result: Sendable, Failure: Error>(
        _ body: (inout SimulatedWeChat, SimulatedWeChat.Instant) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try machine.withLock { machine throws(Failure) in try body(&machine, now) }
    }
}
