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

    /// Returns when the parent has died, or this task is cancelled.
    ///
    /// Nothing more is ever said on standard input, so what can be read there is its end.
    ///
    /// A thread waits for that in read(2). Dispatch's source for a pipe would cost none, but when the pipe ends it
    /// touches memory that its cancellation has freed: one node in twelve crashed as it should have handed over.
    func ends() async {
        let (end, continuation) = AsyncStream.makeStream(of: Never.self)
        Thread.detachNewThread {
            while let more = try? FileHandle.standardInput.read(upToCount: 1), !more.isEmpty {}
            continuation.finish()
        }
        for await _ in end {}
    }
}
