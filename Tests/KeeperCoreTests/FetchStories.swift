import Testing

@testable import KeeperCore

/// How a leader fetches a token, and what it does when that goes wrong.
@Suite struct FetchStories {
    /// A token whose half-life is over.
    private let due = CredentialRecord.sample(age: .seconds(4200))

    @Test func firstToken_IsBegunCalledAndPublished() throws {
        var stage = Stage.leading()
        #expect(
            stage.actions == [
                .note(.lease(.follows(.n2, Epoch(4)))),
                .lease(
                    RequestID(2),
                    .acquire(
                        Acquisition(
                            ttl: .seconds(6), floor: Epoch(4),
                            observed: ObservedRenewal(epoch: Epoch(4), sequence: 9), steals: false))),
                .note(.lease(.granted(Epoch(5), quiet: .zero))),
                .lease(RequestID(3), .renew(epoch: Epoch(5), ttl: .seconds(6), isActive: true)),
            ])

        stage.forget()
        stage.letOthersRegister()
        let intent = IntentID(incarnation: LeaseHolder.n1.incarnation, number: 1)
        let begin = Beginning(app: .wx1, epoch: Epoch(5), intent: intent, basis: DecisionBasis(nil))
        let permit = CallPermit(epoch: Epoch(5), deadline: stage.now + .seconds(3))
        let call = try #require(stage.calls.first)
        let request = RequestID(call.request.rawValue - 1)
        #expect(
            stage.actions == [
                .credential(request, .begin(begin)), .note(.credential(.wx1, .rotating(.missing))),
                .call(call.request, .wx1, .classic, permit),
            ])
        #expect(stage.core.gate.allows(permit, at: stage.now))

        stage.forget()
        stage.pass(.milliseconds(200))
        try stage.wechat(issues: "t1")
        let publication = Publication(
            app: .wx1, epoch: Epoch(5), intent: intent, token: Token("t1"), fingerprint: Fingerprint(of: Token("t1")),
            life: .seconds(7200), left: .milliseconds(7_199_800), age: .milliseconds(200), knownVersion: 0)
        #expect(stage.credentialCommands == [.publish(publication)])
        #expect(stage.served?.credential.token == Token("t1"))
        #expect(stage.served?.credential.expiresAt == stage.now + .milliseconds(7_199_800))
        #expect(try stage.record().version == 1)
        #expect(stage.core.status(at: stage.now).counters.refreshesDone == 1)
        #expect(stage.core.health(at: stage.now).isReady)
    }

    @Test func tokenPastHalfItsLife_IsReplaced() throws {
        var stage = Stage.leading(due)
        try stage.wechat(issues: "t2")
        #expect(stage.story == ["acquire", "renew", "begin", "call", "publish"])
        #expect(try stage.record().version == 2)
        #expect(try stage.record().previous == [Fingerprint(of: Token("t1"))])
    }

    /// The leader died, and the record of the app it may have been calling for was deleted: nobody knows of an intent.
    @Test func appWithoutARecord_WaitsForTheCallThatItMayHaveHeld() {
        var stage = Stage()
        stage.store.lease = LeaseRecord(
            epoch: Epoch(4), holder: .n2, sequence: 9, isActive: true, release: .holderDied)
        stage.play(.started)
        let granted = stage.now
        #expect(stage.isLeading())
        stage.passUntil { !$0.calls.isEmpty }
        let timing = LeaseTiming.standard
        #expect(stage.now >= granted + timing.callTimeout + timing.lateness)
    }

    @Test func newLeaderWithAYoungToken_FetchesNothing() {
        var stage = Stage.leading(.sample(age: .seconds(100)))
        stage.pass(.seconds(3000))
        #expect(stage.calls.isEmpty && stage.probes.isEmpty)
        stage.pass(.seconds(1000))
        #expect(stage.calls.count == 1)
    }

    @Test func leaseTooShortForACall_IsRenewedFirst() throws {
        var stage = Stage.leading(.sample(age: .seconds(100)))
        stage.weather = { if case .lease(_, .renew) = $0 { .unreachable } else { .fair } }
        stage.pass(.milliseconds(2600))
        stage.weather = { _ in .fair }
        stage.forget()
        stage.ask(refused: "t1")
        #expect(stage.story == ["renew", "probe"])
    }

    @Test func lapsedLease_CallsNobody() {
        var stage = Stage.leading(.sample(age: .seconds(100)))
        stage.weather = { if case .lease = $0 { .unreachable } else { .fair } }
        stage.pass(.milliseconds(5700))
        #expect(!stage.isLeading())
        stage.forget()
        stage.ask(refused: "t1")
        stage.pass(.seconds(5))
        #expect(stage.calls.isEmpty && stage.probes.isEmpty)
        #expect(!stage.story.contains("begin"))
    }

    @Test func leaseThatRunsOutDuringBegin_StopsTheCall() {
        var stage = Stage.leading(.sample(age: .seconds(1000)))
        stage.weather = { action in
            switch action {
            case .lease(_, .renew): .unreachable
            case .credential(_, .begin): .slow(.milliseconds(300))
            default: .fair
            }
        }
        stage.pass(.milliseconds(2300))
        stage.forget()
        stage.ask(.operatorAsked)
        stage.pass(.seconds(1))
        #expect(stage.story.filter { $0 != "renew" } == ["begin", "abort(unsent)"])
        #expect(stage.calls.isEmpty)
        stage.weather = { _ in .fair }
        stage.pass(.seconds(1))
        #expect(stage.calls.count == 1)
    }

    @Test func unansweredBegin_IsWithdrawnAndTriedAgain() throws {
        var stage = Stage.leading()
        stage.letOthersRegister()
        try stage.wechat(issues: "t1", life: .seconds(20))
        var isFirst = true
        stage.weather = { action in
            guard case .credential(_, .begin) = action, isFirst else { return .fair }
            isFirst = false
            return .answerLost
        }
        stage.forget()
        stage.passUntil { !$0.calls.isEmpty }
        #expect(stage.story.filter { $0 != "renew" } == ["begin", "abort(unsent)", "begin", "call"])
        #expect(try stage.record().taint == nil)
    }

    @Test func callOfUnknownOutcome_TaintsAndIsRepairedAfterItsLateness() throws {
        var stage = Stage.leading(due)
        let begun = stage.now
        stage.pass(.seconds(3))
        try stage.wechat(.unknown(.noAnswer))
        #expect(stage.story.last == "abort(unknown)")
        #expect(try stage.record().taint?.age == .seconds(3))
        #expect(stage.served?.promisedUntil.map { $0.isClose(to: begun + .seconds(270)) } == true)
        #expect(stage.core.status(at: stage.now).counters.unknownCalls == 1)

        stage.pass(.milliseconds(1999))
        #expect(stage.calls.isEmpty)
        stage.pass(.milliseconds(2))
        #expect(stage.calls.count == 1)
        try stage.wechat(issues: "t2")
        #expect(try stage.record().taint == nil)
        #expect(stage.served?.promisedUntil == nil)
    }

    @Test func callOfUnknownOutcome_HeardOfLongAfterItsTime_SaysSo() throws {
        var stage = Stage.leading(due)
        stage.pass(.milliseconds(3250))
        #expect(try stage.record().taint == nil)
        stage.pass(.milliseconds(1))
        stage.forget()
        try stage.wechat(.unknown(.noAnswer))
        stage.pass(.milliseconds(1999))
        #expect(!stage.story.contains("abort(late)"), "whoever were told would repair it too soon")
        stage.pass(.milliseconds(2))
        #expect(stage.story.contains("abort(late)"))
        stage.pass(.milliseconds(100))
        #expect(stage.calls.count == 1, "it is repaired as any other")
    }

    @Test func callNeverSent_LeavesNoDoubt() throws {
        var stage = Stage.leading(due)
        stage.forget()
        try stage.wechat(.notSent(.noAnswer))
        #expect(stage.story == ["abort(unsent)"])
        #expect(stage.served?.promisedUntil == nil)
        #expect(try stage.record().taint == nil)
        #expect(try stage.record().intent == nil)
        stage.passUntil(atMost: .seconds(2)) { !$0.calls.isEmpty }
    }

    @Test func refusalForConfiguration_PausesAnHour() throws {
        var stage = Stage.leading(due)
        try stage.wechat(.refused(Refusal(trouble: .wrongSecret, reaction: .stop)))
        #expect(try stage.record().trouble == .wrongSecret)
        #expect(
            stage.notices.contains(
                .credential(.wx1, .callFailed(.wrongSecret, outcomeKnown: true, nextTry: .seconds(3600)))))
        stage.pass(.seconds(2900))
        #expect(stage.calls.isEmpty)
        #expect(stage.core.health(at: stage.now).ill.map(\.app) == [.wx1])
        stage.pass(.seconds(701))
        #expect(stage.calls.count == 1)
    }

    @Test func refusalForBusyness_IsTriedAgainSoonAndEverLater() throws {
        var stage = Stage.leading(due)
        var pauses: [Duration] = []
        for _ in 0..<25 {
            try stage.wechat(.refused(Refusal(trouble: .busy, reaction: .backOff)))
            pauses.append(stage.passUntil { !$0.calls.isEmpty })
        }
        for (index, pause) in pauses.enumerated() {
            let longest = Duration.seconds(min(30, 1 << min(index, 5)))
            #expect(pause >= longest / 10 - .milliseconds(10) && pause <= longest + .milliseconds(10))
        }
        #expect(pauses.contains { $0 > .seconds(15) }, "nothing is urgent about a token with time left")
    }

    @Test(arguments: [ScriptedStore.Weather.lost, .answerLost, .unreachable])
    func publishUnanswered_IsServedAndRepeatedUntilItIs(_ weather: ScriptedStore.Weather) throws {
        var stage = Stage.leading(due)
        stage.weather = { if case .credential = $0 { weather } else { .fair } }
        stage.forget()
        try stage.wechat(issues: "t2")
        stage.pass(.seconds(4))
        #expect(stage.served?.credential.token == Token("t2"))
        #expect(stage.story.filter { $0 == "publish" }.count >= 4)
        #expect(stage.core.peerState(at: stage.now).records.map(\.version) == [2])
        #expect(stage.core.peerState(at: stage.now).records.map(\.previous) == [[Fingerprint(of: Token("t1"))]])

        stage.weather = { _ in .fair }
        stage.pass(.seconds(1))
        stage.forget()
        stage.pass(.seconds(60))
        #expect(!stage.story.contains("publish"))
        #expect(try stage.record().version == 2)
        #expect(try stage.record().issue?.token == Token("t2"))
        #expect(stage.core.status(at: stage.now).counters.refreshesDone == 1)
    }

    @Test func publicationThatCameTooLate_StepsDown() throws {
        var stage = Stage.leading(due)
        stage.store.keep(.sample(version: 2, epoch: 9, token: "other"), at: stage.now)
        stage.forget()
        try stage.wechat(issues: "t2")
        #expect(stage.story == ["publish", "release"])
        #expect(stage.notices.contains(.credential(.wx1, .stalePublication)))
        #expect(try stage.record().taint != nil)
        #expect(stage.served?.credential.token == Token("other"))
        #expect(!stage.isLeading())
        #expect(stage.core.status(at: stage.now).counters.stalePublications == 1)
    }

    @Test func foreignDoubt_IsRepairedAfterItsLateness() throws {
        let intent = OpenIntent(
            id: IntentID(incarnation: LeaseHolder.n2.incarnation, number: 8), epoch: Epoch(4), event: 1,
            age: .seconds(1))
        var stage = Stage()
        stage.store.keep(.sample(age: .seconds(100), intent: intent), at: stage.now)
        stage.store.lead(.n2, epoch: 4, until: stage.now + .seconds(5))
        stage.play(.started)
        let seen = stage.now
        stage.passUntil { !$0.calls.isEmpty }
        let timing = LeaseTiming.standard
        let expected = seen + timing.observation + timing.lateness
        #expect(stage.now >= expected && stage.now <= expected + .milliseconds(50))
        try stage.wechat(issues: "t2")
        #expect(try stage.record().taint == nil)
        #expect(try stage.record().intent == nil)
    }
}
