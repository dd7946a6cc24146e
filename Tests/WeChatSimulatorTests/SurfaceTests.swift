import ClusterObservation
import Logging
import ServiceLifecycle
import Testing
import WeChatSimulator

@Suite struct SurfaceTests {
    @Test func token_IsGiven_InWeChatsForm() async throws {
        try await withLiveWorld { world in
            let reply = try await world.fetch()
            #expect(reply.status == 200)
            #expect(reply.header("Content-Type") == "application/json; encoding=utf-8")
            #expect(reply.header("Content-Length") == String(reply.body.utf8.count))
            #expect(reply.answer.expiresIn == 7200)
            #expect(try await world.isAlive(reply.answer.token))
        }
    }

    @Test func stableToken_IsReadFromTheBodyOnly() async throws {
        try await withLiveWorld { world in
            let first = try await world.client.post(LiveWorld.stablePath, LiveWorld.stableBody)
            let again = try await world.client.post(LiveWorld.stablePath, LiveWorld.stableBody)
            #expect(first.answer.token != nil)
            #expect(first.answer.token == again.answer.token)
            let path = LiveWorld.tokenPath.replacing("/token?", with: "/stable_token?")
            let query = try await world.client.post(path, "")
            #expect(query.answer.errcode == 41002)
            let broken = try await world.client.post(LiveWorld.stablePath, "{\"appid\":")
            #expect(broken.answer.errcode == 47001)
            let forced = LiveWorld.stableBody.dropLast() + #","force_refresh":true}"#
            let third = try await world.client.post(LiveWorld.stablePath, String(forced))
            #expect(third.answer.token != first.answer.token)
            #expect(world.server.calls().last?.isForced == true)
        }
    }

    @Test func refusals_HaveStatus200() async throws {
        try await withLiveWorld { world in
            let wrongSecret = try await world.client.get(
                LiveWorld.tokenPath.replacing(World.secret, with: "guess")
            )
            #expect(wrongSecret.status == 200)
            #expect(wrongSecret.answer.errcode == 40125)
            let wrongMethod = try await world.client.get(LiveWorld.stablePath)
            #expect(wrongMethod.status == 200)
            #expect(wrongMethod.answer.errcode == 43002)
            #expect(try await world.client.post(LiveWorld.tokenPath, "").answer.errcode == 43001)
        }
    }

    @Test func foreignAddress_IsNamedInTheRefusal() async throws {
        try await withLiveWorld(allowList: ["10.0.0.1"]) { world in
            let reply = try await world.fetch()
            #expect(reply.answer.errcode == 40164)
            #expect(reply.answer.errmsg?.hasPrefix("invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in") == true)
        }
    }

    @Test(arguments: [512, 2048])
    func longToken_IsAcceptedBack(length: Int) async throws {
        try await withLiveWorld(tokenLength: length) { world in
            let token = try await world.fetch().answer.token
            #expect(token?.count == length)
            #expect(try await world.isAlive(token))
        }
    }

    @Test func bodyAboveTheLimit_IsRefused() async throws {
        try await withLiveWorld { world in
            let reply = try await world.client.post(LiveWorld.stablePath, String(repeating: " ", count: 70_000))
            #expect(reply.status == 413)
        }
    }

    @Test func connection_IsKeptForTheNextRequest() async throws {
        try await withLiveWorld { world in
            let request = "GET \(LiveWorld.tokenPath) HTTP/1.1\r\nHost: localhost\r\n"
            let reply = try await world.client.exchange(
                request + "\r\n" + request + "Connection: close\r\n\r\n"
            )
            #expect(reply.text.ranges(of: "HTTP/1.1 200 OK").count == 2)
            #expect(world.server.calls().count == 2)
        }
    }

    @Test func caller_IsKnownByAddressMarksAndNothingElse() async throws {
        try await withLiveWorld { world in
            _ = try await world.client.get(
                LiveWorld.tokenPath + "&debug=run-7&other=1",
                headers: ["X-Wxkeeper-Node: a", "X-Wxkeeper-Epoch: 12", "X-Other: 1"]
            )
            let caller = try #require(world.server.calls().first?.caller)
            #expect(caller == .init(address: "127.0.0.1", node: "a", epoch: "12", debug: "run-7"))
        }
    }

    @Test func callsOfOneCallerInARow_NeverOverlap() async throws {
        try await withLiveWorld { world in
            for _ in 0..<200 { _ = try await world.fetch() }
            let calls = world.server.calls()
            #expect(calls.count == 200)
            #expect(SimulatedWeChat.overlaps(in: calls, scope: .rotating).isEmpty)
            #expect(zip(calls, calls.dropFirst()).allSatisfy { $0.startedAt <= $1.startedAt })
        }
    }

    @Test func callsAtTheSameTime_AreFoundToOverlap() async throws {
        try await withLiveWorld { world in
            try world.server.arm(.init(.delay, delayAfter: .seconds(2)), times: 2)
            async let one = world.fetch()
            async let other = world.fetch()
            _ = try await (one, other)
            #expect(SimulatedWeChat.overlaps(in: world.server.calls()).count == 1)
        }
    }
}

@Suite struct ServiceTests {
    @Test func service_StopsGracefully_AlthoughACallHangs() async throws {
        let app = try SimulatedApp(appID: World.appID, secret: World.secret)
        let server = try WeChatSimulatorServer(.init(apps: [app], timing: try .init()), logger: quietLogger)
        try server.arm(.init(.hang))
        let group = ServiceGroup(configuration: .init(services: [server], logger: quietLogger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let client = RawClient(port: try await server.port)
            tasks.addTask {
                let reply = try await client.get(LiveWorld.tokenPath)
                #expect(reply.ending != .gaveUp)
                #expect(reply.text.isEmpty)
            }
            try await eventually("the call arrives") { !server.calls().isEmpty }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        await #expect(throws: SimulatorError.self) { try await server.port }
    }

    @Test func port_IsRefused_WhenItIsTaken() async throws {
        try await withLiveWorld { world in
            let configuration = WeChatSimulatorServer.Configuration(
                port: world.client.port,
                apps: [],
                timing: try .init()
            )
            await #expect(throws: (any Error).self) {
                try await WeChatSimulatorServer.withSimulator(configuration, logger: quietLogger) { _ in }
            }
        }
    }

    @Test func appsWithOneAppid_AreRefused() throws {
        let app = try SimulatedApp(appID: "wx", secret: "s")
        let timing = try SimulatedWeChat.Timing()
        #expect(throws: SimulatorError.duplicateApp("wx")) {
            try WeChatSimulatorServer(.init(apps: [app, app], timing: timing), logger: quietLogger)
        }
    }
}
