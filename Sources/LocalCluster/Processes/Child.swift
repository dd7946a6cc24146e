internal import ClusterObservation
internal import Foundation
package import Subprocess
internal import Synchronization

/// A program that runs on this machine for as long as a cluster does, known by its process id.
package final class Child: Sendable {
    package let name: String
    package let processID: Int32
    private let deliver: @Sendable (Signal) throws -> Void
    private let state = Mutex(State())
    /// Opens at its end.
    private let exit = Valve(open: false)

    private struct State {
        var output = ""
        var ending: Ending?
    }

    /// How a program ended.
    package enum Ending: Equatable, Sendable {
        case exited(Int32)
        case signaled(Int32)
        /// It was ended together with the scope it was started in.
        case ended
    }

    init(name: String, processID: Int32, deliver: @escaping @Sendable (Signal) throws -> Void) {
        self.name = name
        self.processID = processID
        self.deliver = deliver
    }

    /// All it has said so far that is kept.
    package var output: String { state.withLock(\.output) }

    /// How it ended; nil while it runs.
    package var ending: Ending? { state.withLock(\.ending) }

    /// - Throws: `NotInTime` if it has ended.
    package func send(_ signal: Signal) throws {
        guard ending == nil else { throw NotInTime(description: "\(name) runs") }
        try deliver(signal)
    }

    /// Asks it to end and waits for that; if that takes longer than `grace` it is killed.
    package func stop(within grace: Duration) async throws {
        // One that has just ended cannot be asked.
        try? send(.terminate)
        do {
            _ = try await ended(within: grace)
        } catch is NotInTime {
            try? send(.kill)
            _ = try await ended(within: .seconds(20))
        }
    }

    /// Waits for its end, however long it runs.
    package func ended() async throws -> Ending {
        try await exit.pass()
        return ending ?? .ended
    }

    /// Waits for its end.
    package func ended(within limit: Duration) async throws -> Ending {
        try await eventually("\(name) ends", within: limit) { ending != nil }
        return ending ?? .ended
    }

    func hear(_ line: String) { state.withLock { $0.output += line + "\n" } }

    func end(_ ending: Ending) {
        state.withLock { $0.ending = ending }
        exit.set(open: true)
    }
}
