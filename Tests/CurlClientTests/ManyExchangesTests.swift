import CurlClient
import Testing

/// Many exchanges at once, cancelling and stopping.
@Suite struct ManyExchangesTests {
    @Test func twoHundred_RunAtOnce() async throws {
        // The server answers none before all have arrived, so one at a time would never end.
        try await ScriptedServer.with(.gather(200)) { server in
            let client = CurlClient()
            let request = HTTPRequest(try url(server.port))
            let good = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<200 { group.addTask { await client.outcome(request).reply?.status == 200 } }
                return await group.reduce(0) { $1 ? $0 + 1 : $0 }
            }
            #expect(good == 200)
            #expect(server.requestCount == 200)
        }
    }

    @Test func oneMoreThanTheLimit_IsRefused() async throws {
        try await ScriptedServer.with(.hang) { server in
            let client = CurlClient(transferLimit: 1)
            let request = HTTPRequest(try url(server.port))
            let first = Task { await client.outcome(request) }
            _ = await server.nextRequest()
            #expect(await client.outcome(request).notSent == .crowded)
            first.cancel()
            #expect(await first.value.unknown == .cancelled)
            #expect(await client.outcome(request, before: .now + .seconds(1)).unknown == .deadline)
        }
    }

    @Test func cancellationInFlight_LeavesTheOutcomeUnknown() async throws {
        try await ScriptedServer.with(.hang) { server in
            let client = CurlClient()
            let request = HTTPRequest(try url(server.port))
            let task = Task { await client.outcome(request) }
            _ = await server.nextRequest()
            task.cancel()
            #expect(await task.value.unknown == .cancelled)
        }
    }

    @Test func cancellationBeforehand_SendsNothing() async throws {
        try await ScriptedServer.with(.answer(okay)) { server in
            let client = CurlClient()
            let request = HTTPRequest(try url(server.port))
            let outcome = await withTaskGroup(of: Result<HTTPReply, CurlError>.self) { group in
                group.cancelAll()
                group.addTask { await client.outcome(request) }
                return await group.next()
            }
            #expect(outcome?.notSent == .cancelled)
            #expect(server.requestCount == 0)
        }
    }

    @Test func stormOfCancellations_LosesNobody() async throws {
        try await ScriptedServer.with(.hang) { server in
            let client = CurlClient()
            let request = HTTPRequest(try url(server.port))
            await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<1_000 {
                    let task = Task { await client.outcome(request) }
                    group.addTask {
                        task.cancel()
                        return await task.value.reply == nil
                    }
                }
                for await isOver in group { #expect(isOver) }
            }
        }
        try await ScriptedServer.with(.answer(okay)) { server in
            let client = CurlClient()
            let outcome = try await client.outcome(HTTPRequest(url(server.port)))
            #expect(outcome.reply?.status == 200)
        }
    }

    @Test func stop_EndsWhatIsInFlight_AndRefusesTheRest() async throws {
        try await ScriptedServer.with(.hang) { server in
            let client = CurlClient()
            let request = HTTPRequest(try url(server.port))
            let task = Task { await client.outcome(request) }
            _ = await server.nextRequest()
            await client.stop()
            #expect(await task.value.unknown == .stopping)
            task.cancel()

            #expect(await client.outcome(request).notSent == .stopping)
            await client.stop()
            #expect(await client.outcome(request).notSent == .stopping)
            #expect(server.requestCount == 1)
        }
    }

    @Test func client_GoesAway_WhenNobodyHoldsIt() async throws {
        try await ScriptedServer.with(.answer(okay)) { server in
            let request = HTTPRequest(try url(server.port))
            weak var gone: CurlClient?
            for _ in 0..<50 {
                let client = CurlClient()
                gone = client
                #expect(await client.outcome(request).reply?.status == 200)
            }
            // The thread lets go of the last one when its round is over.
            let deadline = ContinuousClock.Instant.farAway
            while gone != nil, .now < deadline { await Task.yield() }
            #expect(gone == nil)
        }
    }
}
