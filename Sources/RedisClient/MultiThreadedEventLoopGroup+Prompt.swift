internal import CScheduling
internal import NIOCore
public import NIOPosix

extension MultiThreadedEventLoopGroup {
    /// How long a prompt thread wants to run when it is its turn, in nanoseconds: the shortest that Linux takes.
    static let shortTurn: UInt64 = 100_000

    /// One thread for work that is short and must not be late, however busy the others are.
    ///
    /// Linux (6.12 and later) lets a thread in sooner that asks for shorter turns; it gets no more in all.
    /// See `sched_setattr(2)` and <https://docs.kernel.org/scheduler/sched-eevdf.html>.
    public static func prompt() -> MultiThreadedEventLoopGroup {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        group.next().execute { cscheduling_ask_for_turns(shortTurn) }
        return group
    }
}
