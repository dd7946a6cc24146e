import ClusterObservation
import KeeperCore
import KeeperNode
import KeeperPorts
import KeeperTestKit
import Synchronization
import Testing

/// The teller beside a node, with a world in memory.
@Suite(.timeLimit(.minutes(1))) struct AlarmTellerTests {
    /// Takes what is told, unless it is deaf.
    private final class PlayedSink: AlarmSink {
        private let state = Mutex((told: [AlarmReport](), failures: 1, tries: 0))

        var told: [AlarmReport] { state.withLock { $0.told } }
        var tries: Int { state.withLock { $0.tries } }

        func post(_ report: AlarmReport, before deadline: ContinuousClock.Instant) async throws(AlarmFailure) {
            let isDeaf = state.withLock { state in
                state.tries += 1
                if state.tries > state.failures { state.told.append(report) }
                return state.tries <= state.failures
            }
            if isDeaf { throw AlarmFailure(reason: "HTTP 500") }
        }
    }

    @Test func leader_TellsThatWeChatRefuses_ThoughTheFirstTryFails() async throws {
        let scene = { (world: World) in
            world.wechat.set { $0.refusal = Refusal(trouble: Trouble(errcode: 40125, summary: "no"), reaction: .stop) }
        }
        try await withNode(setting: scene) { node, world, _ in
            let sink = PlayedSink()
            let teller = AlarmTeller(
                node: node, sink: sink, period: .milliseconds(10), logger: world.log.logger)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await teller.run() }
                defer { group.cancelAll() }
                try await eventually("it is told", within: .seconds(40)) { !sink.told.isEmpty }
            }
            let alarm = try #require(sink.told.first?.raised.first)
            #expect(alarm.app == .wx1 && alarm.kind == .stopped)
            #expect(sink.tries == 2)
            #expect(world.log.lines.count { $0.contains("cannot tell alarms") } == 1)
            #expect(world.log.lines.count { $0.contains("alarms are told again") } == 1)
        }
    }
}
