import Testing

@testable import KeeperCore

/// The one job of a refresher.
@Suite struct WorkTests {
    private let now = Instant.seconds(1000)
    private let context = Work.CallContext(
        kind: .classic, reason: .due, followsExternalRotation: false, epoch: Epoch(2), begun: .seconds(1000),
        knownVersion: 1,
        settledEvent: 1)
    private let abortion = Abortion(app: .wx1, epoch: Epoch(2), intent: nil, effect: .none, trouble: nil)
    private let intent = IntentID(incarnation: LeaseHolder.n1.incarnation, number: 1)

    @Test func node_IsToldWhatTheJobDoes_OnceEachTimeItDoesSomethingElse() {
        var (work, out) = (Work(), Outbox())
        work.start(.beginning(request: RequestID(1), intent: intent, context: context), at: now, into: &out)
        work.start(.calling(request: RequestID(2), intent: intent, context: context), at: now, into: &out)
        work.start(.resolving(abortion: abortion, request: RequestID(3)), at: now, into: &out)
        work.postpone(.resolving(abortion: abortion, request: nil), until: now + .seconds(1), into: &out)
        work.finish(into: &out)
        work.finish(into: &out)
        #expect(out.wants == [.activity(.fetching), .activity(.storing), .activity(.idle)])
    }

    @Test func commandThatWasNotAcknowledged_IsRepeatedOnlyWhileNoneIsOnItsWay() {
        var (work, out) = (Work(), Outbox())
        #expect(work.nextRepetition == nil && work.isIdle)
        work.start(.resolving(abortion: abortion, request: RequestID(1)), at: now, into: &out)
        #expect(work.nextRepetition == nil && work.sentAt == now)
        work.postpone(.resolving(abortion: abortion, request: nil), until: now + .seconds(1), into: &out)
        #expect(work.nextRepetition == now + .seconds(1) && !work.isIdle)
        work.start(.resolving(abortion: abortion, request: RequestID(2)), at: now + .seconds(1), into: &out)
        #expect(work.nextRepetition == nil && work.sentAt == now + .seconds(1))
        work.finish(into: &out)
        #expect(work.nextRepetition == nil && work.isIdle)
    }

    @Test func callsAreCountedFromTheirIntent_AndUntilTheirOutcomeIsStored() {
        let calling: [RefresherActivity] = [.verifying, .fetching]
        let busy: [RefresherActivity] = [.fetching, .storing]
        for activity in [RefresherActivity.idle, .verifying, .fetching, .storing, .restoring] {
            #expect(activity.callsWeChat == calling.contains(activity))
            #expect(activity.isBusy == busy.contains(activity))
        }
    }

    // MARK: Calls that failed

    private func settings(_ rules: Rules = .all) -> RefresherSettings {
        RefresherSettings(
            app: AppSettings(id: .wx1, line: .classic), incarnation: LeaseHolder.n1.incarnation,
            policy: RefreshPolicy(
                NodeSettings(timing: .standard, apps: [], overlap: .seconds(300), watchPeriod: .zero)),
            rules: rules)
    }

    @Test(arguments: [(0, .unknown), (3.25, .unknown), (3.26, .late)] as [(Double, Abortion.Effect)])
    func callOfUnknownOutcome_MayHaveRotated_AndIsLateAfterItsTime(seconds: Double, effect: Abortion.Effect) {
        let failure = CallFailure(
            unknown: .noAnswer, context, settings(), at: now + .seconds(seconds))
        #expect(failure.effect == effect && !failure.wasAnswered && failure.reaction == .backOff)
    }

    @Test func callThatRotatesNothing_LeavesNoUncertainty() {
        let stable = Work.CallContext(
            kind: .stable, reason: .due, followsExternalRotation: false, epoch: Epoch(2), begun: now, knownVersion: 1,
            settledEvent: 1)
        #expect(CallFailure(unknown: .noAnswer, stable, settings(), at: now).effect == .none)
        let free = CallFailure(unknown: .noAnswer, context, settings(.all(but: .uncertainty)), at: now)
        #expect(free.effect == .none, "without its rule no call leaves one")
    }

    @Test func refusalIsAnAnswer_ACallThatWasNotSentIsNone() {
        let refused = CallFailure(refused: Refusal(trouble: .busy, reaction: .nextMinute))
        #expect(refused.wasAnswered && refused.effect == .none && refused.reaction == .nextMinute)
        let unsent = CallFailure(notSent: .noAnswer)
        #expect(!unsent.wasAnswered && unsent.effect == .unsent && unsent.reaction == .backOff)
    }
}
