internal import Foundation
internal import KeeperCore

/// The time by which nodes judge whether another's request is fresh.
///
/// It reads the wall clock once and goes on by the boot clock: if a wall clock could set it back, a recorded request
/// whose nonce is forgotten by then would be fresh again. It need not be right, since a node that is asked by another
/// clock says what time it is here.
enum NodeClock {
    private static let start = (wall: Date.now.timeIntervalSince1970, boot: ContinuousClock.now)

    /// Milliseconds since 1970.
    static let system: @Sendable () -> Int64 = {
        Int64(start.wall * 1000) + (ContinuousClock.now - start.boot).milliseconds
    }
}
