internal import Dispatch
internal import Foundation
internal import KeeperCore

/// The process that started this one and watches over it, seen from below: it gives us our name, and it may die.
struct Parent: Sendable {
    /// The incarnation we are to have, in whose name the parent speaks after our death.
    let incarnation: Incarnation

    /// Reads what the parent has to say; nil if nobody says anything.
    static func met() -> Parent? {
        guard let line = readLine(), !line.isEmpty else { return nil }
        return Parent(incarnation: Incarnation(line))
    }

    /// Returns when the parent has died, or this task is cancelled. Nothing more is ever said on standard input, so
    /// what can be read there is its end.
    func ends() async {
        let (end, continuation) = AsyncStream.makeStream(of: Never.self)
        let source = DispatchSource.makeReadSource(fileDescriptor: STDIN_FILENO, queue: .global())
        source.setEventHandler { continuation.finish() }
        source.resume()
        for await _ in end {}
        source.cancel()
    }
}
