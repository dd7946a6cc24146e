import Testing

@testable import KeeperCore

/// How a leader fetches a token, and what it does when that goes wrong.
@Suite struct FetchScenarios {
    /// A token whose half-life is over.
    private let due = CredentialRecord.sample(age: .seconds(4200))

    @Test func firstTerm_IsTakenAndRenewedAtOnce() {
        #expect(
            Harness.leading().actions == [
                .note(.lease(.follows(leader: .n2, epoch: Epoch(4)))),
                .lease(
                    request: RequestID(2),
                    command: .acquire(
                        Acquisition(
                            ttl: .seconds(6), highestEpochSeen: Epoch(4),
                            observed: ObservedRenewal(epoch: Epoch(4), sequence: 9), steals: false))),
                .note(.lease(.granted(epoch: Epoch(5), quiet: .zero))),
                .lease(request: RequestID(3), command: .renew(epoch: Epoch(5), ttl: .seconds(6), isActive: true)),
            ])
    }

    @Test func firstToken_IsBegunCalledAndPublished() throws {
        var harness = Harness.leading()
        harness.forget()
        harness.letOthersRegister()
        let intent = IntentID(incarnation: LeaseHolder.n1.incarnation, number: 1)
        let begin = Beginning(app: .wx1, epoch: Epoch(5), intent: intent, basis: DecisionBasis(nil))
        let permit = CallPermit(epoch: Epoch(5), deadline: harness.now + .seconds(3))
        let call = try #require(harness.calls.first)
        let request = RequestID(call.request.rawValue - 1)
        #expect(
            harness.actions == [
                .credential(request: request, command: .begin(begin)),
                .note(.credential(app: .wx1, notice: .rotating(.missing))),
                .call(request: call.request, app: .wx1, kind: .classic, permit: permit),
            ])
        #expect(harness.core.gate.allows(permit, at: harness.now))

        harness.forget()
        harness.pass(.milliseconds(200))
        try harness.wechat(issues: "t1")
        let publication = Publication(
            app: .wx1, epoch: Epoch(5), intent: intent, token: Token("t1"), fingerprint: Fingerprint(of: Token("t1")),
            life: .seconds(7200), left: .milliseconds(7_199_800), age: .milliseconds(200), knownVersion: 0)
        #expect(harness.credentialCommands == [.publish(publication)])
        #expect(harness.served?.credential.token == Token("t1"))
        #expect(harness.served?.credential.expiresAt == harness.now + .milliseconds(7_199_800))
        #expect(try harness.record().version == 1)
        #expect(harness.core.status(at: harness.now).counters.refreshesDone == 1)
        #expect(harness.core.health(at: harness.now).isReady)
    }

    @Test func tokenPastHalfItsLife_IsReplaced() throws {
        var harness = Harness.leading(due)
        try harness.wechat(issues: "t2")
        #expect(harness.story == ["acquire", "renew", "begin", "call", "publish"])
        #expect(try harness.record().version == 2)
        #expect(try harness.record().previous == [Fingerprint(of: Token("t1"))])
    }

    /// The leader died, and the record of the app it may have been calling for was deleted: nobody knows of an intent.
    @Test func appWithoutARecord_WaitsForTheCallThatItMayHaveHeld() {
        var harness = Harness()
        harness.store.lease = LeaseRecord(
            epoch: Epoch(4), holder: .n2, sequence: 9, isActive: true, release: .holderDied)
        harness.play(.started)
        let granted = harness.now
        #expect(harness.isLeading())
        harness.passUntil { !$0.calls.isEmpty }
        let timing = LeaseTiming.standard
        #expect(harness.now >= granted + timing.callTimeout + timing.lateness)
    }

    @Test func newLeaderWithAYoungToken_FetchesNothing() {
        var harness = Harness.leading(.sample(age: .seconds(100)))
        harness.pass(.seconds(3000))
        #expect(harness.calls.isEmpty && harness.probes.isEmpty)
        harness.pass(.seconds(1000))
        #expect(harness.calls.count == 1)
    }

    @Test func leaseTooShortForACall_IsRenewedFirst() throws {
        var harness = Harness.leading(.sample(age: .seconds(100)))
        harness.weather = { if case .lease(_, .renew) = $0 { .unreachable } else { .fair } }
        harness.pass(.milliseconds(2600))
        harness.weather = { _ in .fair }
        harness.forget()
        harness.ask(refused: "t1")
        #expect(harness.story == ["renew", "probe"])
    }

    @Test func lapsedLease_CallsNobody() {
        var harness = Harness.leading(.sample(age: .seconds(100)))
        harness.weather = { if case .lease = $0 { .unreachable } else { .fair } }
        harness.pass(.milliseconds(5700))
        #expect(!harness.isLeading())
        harness.forget()
        harness.ask(refused: "t1")
        harness.pass(.seconds(5))
        #expect(harness.calls.isEmpty && harness.probes.isEmpty)
        #expect(!harness.story.contains("begin"))
    }

    @Test func leaseThatRunsOutDuringBegin_StopsTheCall() {
        var harness = Harness.leading(.sample(age: .seconds(1000)))
        harness.weather = { action in
            switch action {
            case .lease(_, .renew): .unreachable
            case .credential(_, .begin): .slow(.milliseconds(300))
            default: .fair
            }
        }
        harness.pass(.milliseconds(2300))
        harness.forget()
        harness.ask(.operatorAsked)
        harness.pass(.seconds(1))
        #expect(harness.story.filter { $0 != "renew" } == ["begin", "abort(unsent)"])
        #expect(harness.calls.isEmpty)
        harness.weather = { _ in .fair }
        harness.pass(.seconds(1))
        #expect(harness.calls.count == 1)
    }

    @Test func unansweredBegin_IsWithdrawnAndTriedAgain() throws {
        var harness = Harness.leading()
        harness.letOthersRegister()
        try harness.wechat(issues: "t1", life: .seconds(20))
        var isFirst = true
        harness.weather = { action in
            guard case .credential(_, .begin) = action, isFirst else { return .fair }
            isFirst = false
            return .answerLost
        }
        harness.forget()
        harness.passUntil { !$0.calls.isEmpty }
        #expect(harness.story.filter { $0 != "renew" } == ["begin", "abort(unsent)", "begin", "call"])
        #expect(try harness.record().uncertainty == nil)
    }

    @Test func callOfUnknownOutcome_LeavesUncertainAndIsRepairedAfterItsLateness() throws {
        var harness = Harness.leading(due)
        let begun = harness.now
        harness.pass(.seconds(3))
        try harness.wechat(.unknown(.noAnswer))
        #expect(harness.story.last == "abort(unknown)")
        #expect(try harness.record().uncertainty?.age == .seconds(3))
        #expect(harness.served?.promisedUntil.map { $0.isClose(to: begun + .seconds(270)) } == true)
        #expect(harness.core.status(at: harness.now).counters.unknownCalls == 1)

        harness.pass(.milliseconds(1999))
        #expect(harness.calls.isEmpty)
        harness.pass(.milliseconds(2))
        #expect(harness.calls.count == 1)
        try harness.wechat(issues: "t2")
        #expect(try harness.record().uncertainty == nil)
        #expect(harness.served?.promisedUntil == nil)
    }

    @Test func callOfUnknownOutcome_HeardOfLongAfterItsTime_SaysSo() throws {
        var harness = Harness.leading(due)
        harness.pass(.milliseconds(3250))
        #expect(try harness.record().uncertainty == nil)
        harness.pass(.milliseconds(1))
        harness.forget()
        try harness.wechat(.unknown(.noAnswer))
        harness.pass(.milliseconds(1999))
        #expect(!harness.story.contains("abort(late)"), "whoever were told would repair it too soon")
        harness.pass(.milliseconds(2))
        #expect(harness.story.contains("abort(late)"))
        harness.pass(.milliseconds(100))
        #expect(harness.calls.count == 1, "it is repaired as any other")
    }

    @Test func callNeverSent_LeavesNoUncertainty() throws {
        var harness = Harness.leading(due)
        harness.forget()
        try harness.wechat(.notSent(.noAnswer))
        #expect(harness.story == ["abort(unsent)"])
        #expect(harness.served?.promisedUntil == nil)
        #expect(try harness.record().uncertainty == nil)
        #expect(try harness.record().intent == nil)
        harness.passUntil(atMost: .seconds(2)) { !$0.calls.isEmpty }
    }

    @Test func refusalForConfiguration_PausesAnHour() throws {
        var harness = Harness.leading(due)
        try harness.wechat(.refused(Refusal(trouble: .wrongSecret, reaction: .stop)))
        #expect(try harness.record().trouble == .wrongSecret)
        #expect(
            harness.notices.contains(
                .credential(
                    app: .wx1,
                    notice: .callFailed(trouble: .wrongSecret, outcomeKnown: true, nextTry: .seconds(3600)))))
        harness.pass(.seconds(2900))
        #expect(harness.calls.isEmpty)
        #expect(harness.core.health(at: harness.now).ill.map(\.app) == [.wx1])
        harness.pass(.seconds(701))
        #expect(harness.calls.count == 1)
    }

    @Test func refusalForBusyness_IsTriedAgainSoonAndEverLater() throws {
        var harness = Harness.leading(due)
        var pauses: [Duration] = []
        for _ in 0..<25 {
            try harness.wechat(.refused(Refusal(trouble: .busy, reaction: .backOff)))
            pauses.append(harness.passUntil { !$0.calls.isEmpty })
        }
        for (index, pause) in pauses.enumerated() {
            let longest = Duration.seconds(min(30, 1 << min(index, 5)))
            #expect(pause >= longest / 10 - .milliseconds(10) && pause <= longest + .milliseconds(10))
        }
        #expect(pauses.contains { $0 > .seconds(15) }, "nothing is urgent about a token with time left")
    }

    @Test(arguments: [ScriptedStore.Weather.lost, .answerLost, .unreachable])
    func publishUnanswered_IsServedAndRepeatedUntilItIs(_ weather: ScriptedStore.Weather) throws {
        var harness = Harness.leading(due)
        harness.weather = { if case .credential = $0 { weather } else { .fair } }
        harness.forget()
        try harness.wechat(issues: "t2")
        harness.pass(.seconds(4))
        #expect(harness.served?.credential.token == Token("t2"))
        #expect(harness.story.filter { $0 == "publish" }.count >= 4)
        #expect(harness.core.memberState(at: harness.now).records.map(\.version) == [2])
        #expect(harness.core.memberState(at: harness.now).records.map(\.previous) == [[Fingerprint(of: Token("t1"))]])

        harness.weather = { _ in .fair }
        harness.pass(.seconds(1))
        harness.forget()
        harness.pass(.seconds(60))
        #expect(!harness.story.contains("publish"))
        #expect(try harness.record().version == 2)
        #expect(try harness.record().issue?.token == Token("t2"))
        #expect(harness.core.status(at: harness.now).counters.refreshesDone == 1)
    }

    /// It is served before the store has it, so it may be reported before.
    @Test func newTokenReportedBeforeItIsStored_IsNotItsOwnSuccessor() throws {
        var harness = Harness.leading(.sample(version: 3, epoch: 2, age: .seconds(4000)))
        harness.weather = { if case .credential(_, .publish) = $0 { .unreachable } else { .fair } }
        let old = harness.ask(.operatorAsked)
        try harness.wechat(issues: "t2")
        harness.pass(.milliseconds(10))
        #expect(harness.served?.credential.token == Token("t2"))
        let waiter = harness.ask(refused: "t2")
        harness.weather = { _ in .fair }
        harness.pass(.milliseconds(400))
        #expect(try harness.record().issue?.token == Token("t2"))
        #expect(harness.token(for: old) == "t2")
        #expect(harness.answer(to: waiter) == nil)
        try harness.wechat(says: .alive)
        guard case .token(_, _, refreshed: false, stillValid: true) = harness.answer(to: waiter) else {
            Issue.record("answered \(String(describing: harness.answer(to: waiter)))")
            return
        }
    }

    @Test func publicationThatCameTooLate_StepsDown() throws {
        var harness = Harness.leading(due)
        harness.store.keep(.sample(version: 2, epoch: 9, token: "other"), at: harness.now)
        harness.forget()
        try harness.wechat(issues: "t2")
        #expect(harness.story == ["publish", "release"])
        #expect(harness.notices.contains(.credential(app: .wx1, notice: .stalePublication)))
        #expect(try harness.record().uncertainty != nil)
        #expect(harness.served?.credential.token == Token("other"))
        #expect(!harness.isLeading())
        #expect(harness.core.status(at: harness.now).counters.stalePublications == 1)
    }

    @Test func uncertaintyOfAnotherTerm_IsRepairedAfterItsLateness() throws {
        let intent = OpenIntent(
            id: IntentID(incarnation: LeaseHolder.n2.incarnation, number: 8), epoch: Epoch(4), event: 1,
            age: .seconds(1))
        var harness = Harness()
        harness.store.keep(.sample(age: .seconds(100), intent: intent), at: harness.now)
        harness.store.lead(.n2, epoch: 4, until: harness.now + .seconds(5))
        harness.play(.started)
        let seen = harness.now
        harness.passUntil { !$0.calls.isEmpty }
        let timing = LeaseTiming.standard
        let expected = seen + timing.observation + timing.lateness
        #expect(harness.now >= expected && harness.now <= expected + .milliseconds(50))
        try harness.wechat(issues: "t2")
        #expect(try harness.record().uncertainty == nil)
        #expect(try harness.record().intent == nil)
    }
}
