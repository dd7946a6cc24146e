import CScheduling
import NIOCore
import NIOPosix
import Testing

@testable import RedisClient

#if canImport(Glibc)
    import Glibc

    /// A thread that asks to be let in soon.
    @Suite struct PromptThreadTests {
        /// A kernel before 6.12 tells of no turns, and has none to give.
        private static let isHeard = cscheduling_turn() != 0

        @Test(.enabled(if: isHeard)) func promptThread_HasShortTurns() async throws {
            let group = MultiThreadedEventLoopGroup.prompt()
            let turn = try await group.next().submit { cscheduling_turn() }.get()
            #expect(turn == MultiThreadedEventLoopGroup.shortTurn && turn < cscheduling_turn())
            try await group.shutdownGracefully()
        }

        /// A thread that serves callers may be started by one that must not wait for it.
        @Test(.enabled(if: isHeard)) func threadStartedByAPromptOne_HasTheUsualTurns() async throws {
            let prompt = MultiThreadedEventLoopGroup.prompt()
            let other = try await prompt.next().submit { MultiThreadedEventLoopGroup(numberOfThreads: 1) }.get()
            let turn = try await other.next().submit { cscheduling_turn() }.get()
            #expect(turn == cscheduling_turn())
            try await other.shutdownGracefully()
            try await prompt.shutdownGracefully()
        }

        @Test func askingForTurns_ChangesNothingElse() async throws {
            let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
            let nice = try await group.next().submit {
                // Of the calling thread alone.
                setpriority(Int32(PRIO_PROCESS.rawValue), 0, 4)
                cscheduling_ask_for_turns(MultiThreadedEventLoopGroup.shortTurn)
                return getpriority(Int32(PRIO_PROCESS.rawValue), 0)
            }.get()
            #expect(nice == 4)
            try await group.shutdownGracefully()
        }
    }
#endif
