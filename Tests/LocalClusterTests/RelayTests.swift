import ClusterObservation
import NIOCore
import Testing

@testable import LocalCluster

extension TakingTurns {
    /// A relay between callers and a server that gives everything back.
    @Suite struct RelayTests {
        private func withRelay(_ body: (Relay, EchoServer) async throws -> Void) async throws {
            try await EchoServer.with { server in
                try await withRelays { relays in try await body(try await relays.open(to: server.port), server) }
            }
        }

        /// A caller whose connection is whole: the kernel says so before the relay has taken it.
        private func connectedCaller(of relay: Relay) async throws -> Caller {
            let caller = try await Caller.connect(to: relay.port)
            try await caller.say("hi")
            try await eventually("the answer is there") { caller.answer == "hi" }
            return caller
        }

        /// Nothing can be waited for where nothing is to happen.
        private func nothingHappens() async throws { try await hold("nothing happens", for: .milliseconds(150)) }

        @Test func healthyRelay_CarriesBothWays_UntilTheCallerHangsUp() async throws {
            try await withRelay { relay, server in
                let caller = try await Caller.connect(to: relay.port)
                try await caller.say("one")
                try await eventually("the answer is there") { caller.answer == "one" }
                let text = String(repeating: "x", count: 1 << 20)
                try await caller.say(text)
                try await eventually("a long answer is there") { caller.answer == "one" + text }
                #expect(server.bytesReceived == 3 + text.utf8.count)
                try await caller.hangUp()
            }
        }

        @Test func cutRelay_SwallowsWithoutAWord_AndDeliversWhenItIsHealed() async throws {
            try await withRelay { relay, server in
                let caller = try await Caller.connect(to: relay.port)
                try await caller.say("before")
                try await eventually("the answer is there") { caller.answer == "before" }
                await relay.cut()
                try await caller.say("during")
                try await nothingHappens()
                #expect(caller.answer == "before" && server.bytesReceived == 6)
                #expect(caller.isConnected, "nobody is told")
                await relay.heal()
                try await eventually("everything arrives") { caller.answer == "beforeduring" }
            }
        }

        @Test func newConnection_HangsDuringACut_AndComesAboutAfterwards() async throws {
            try await withRelay { relay, _ in
                await relay.cut()
                await #expect(throws: ChannelError.connectTimeout(.milliseconds(150))) {
                    try await Caller.connect(to: relay.port, within: .milliseconds(150))
                }
                let patient = Task { try await Caller.connect(to: relay.port) }
                try await nothingHappens()
                await relay.heal()
                let caller = try await patient.value
                try await caller.say("at last")
                try await eventually("the answer is there") { caller.answer == "at last" }
            }
        }

        @Test func callerThatHasGivenUp_IsNeverHeardLater() async throws {
            try await withRelay { relay, server in
                let caller = try await connectedCaller(of: relay)
                await relay.cut(.toTarget)
                try await caller.say("too late")
                try await nothingHappens()
                try await caller.hangUp()
                try await eventually("the relay has seen it") { !relay.carries }
                await relay.heal()
                let other = try await Caller.connect(to: relay.port)
                try await other.say("now")
                try await eventually("the other is heard") { other.answer == "now" }
                #expect(server.bytesReceived == 2 + 3)
            }
        }

        @Test func oneWayCut_HoldsOnlyThatWay() async throws {
            try await withRelay { relay, server in
                let caller = try await connectedCaller(of: relay)
                await relay.cut(.fromTarget)
                try await caller.say("asked")
                try await eventually("the question arrives") { server.bytesReceived == 2 + 5 }
                try await nothingHappens()
                #expect(caller.answer == "hi")
                await relay.heal()
                try await eventually("the answer arrives") { caller.answer == "hiasked" }
            }
        }

        @Test func refusingRelay_EndsConnectionsAndTakesNone_UntilItIsHealed() async throws {
            try await withRelay { relay, _ in
                let caller = try await Caller.connect(to: relay.port)
                try await caller.say("one")
                try await eventually("the answer is there") { caller.answer == "one" }
                await relay.refuse()
                try await eventually("the connection ends") { !caller.isConnected }
                await #expect(throws: (any Error).self) { try await Caller.connect(to: relay.port) }
                await relay.heal()
                let other = try await Caller.connect(to: relay.port)
                try await other.say("two")
                try await eventually("the answer is there") { other.answer == "two" }
            }
        }

        @Test func slowRelay_DeliversLate_InOrder_AndTogether() async throws {
            try await withRelay { relay, _ in
                let caller = try await Caller.connect(to: relay.port)
                relay.delay(by: .seconds(1))
                let start = ContinuousClock.now
                for word in ["a", "b", "c"] {
                    try await caller.say(word)
                    try await letPass(.milliseconds(5))
                }
                try await eventually("everything arrives") { caller.answer == "abc" }
                let time = ContinuousClock.now - start
                #expect(time >= .seconds(2), "once there, once back")
                #expect(time < .seconds(5), "what comes together is late together")
            }
        }

        @Test func relaysThatWereOpened_CloseWithTheirScope() async throws {
            try await EchoServer.with { server in
                var port = 0
                try await withRelays { relays in port = try await relays.open(to: server.port).port }
                await #expect(throws: (any Error).self) { try await Caller.connect(to: port) }
            }
        }
    }
}
