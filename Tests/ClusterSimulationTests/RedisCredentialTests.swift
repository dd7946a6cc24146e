import KeeperCore
import Testing

@testable import ClusterSimulation

/// The scripts of `CredentialCommand`, one rule a test.
struct RedisCredentialTests {
    var redis = RedisModel(seed: 1)
    let app = AppID("wx0")
    let epoch: Epoch

    init() throws {
        let acquisition = Acquisition(ttl: .seconds(600), highestEpochSeen: .none, observed: nil, steals: false)
        let answer = redis.perform(.acquire(acquisition), as: .first, at: .start)
        guard case .granted(let epoch, _, _) = answer else { throw Unexpected(answer: answer) }
        self.epoch = epoch
    }

    private func intent(_ number: UInt64) -> IntentID {
        IntentID(incarnation: LeaseHolder.first.incarnation, number: number)
    }

    private mutating func perform(
        _ command: CredentialCommand, as holder: LeaseHolder = .first, at time: Double
    ) -> RedisModel.CredentialAnswer {
        redis.perform(command, as: holder, at: .seconds(time))
    }

    private mutating func begin(
        _ number: UInt64, at time: Double, as holder: LeaseHolder = .first, basis: DecisionBasis? = nil
    ) -> CredentialReply.Outcome {
        let basis = basis ?? DecisionBasis(redis.stored(app)?.reading(at: redis.clock.now(.seconds(time))))
        let beginning = Beginning(app: app, epoch: epoch, intent: intent(number), basis: basis)
        return perform(.begin(beginning), as: holder, at: time).outcome
    }

    private mutating func publish(
        _ number: UInt64, at time: Double, epoch: Epoch? = nil, age: Double = 0, knownVersion: UInt64 = 0
    ) -> RedisModel.CredentialAnswer {
        let publication = Publication(
            app: app, epoch: epoch ?? self.epoch, intent: intent(number), token: Token("t\(number)"),
            fingerprint: Fingerprint("f\(number)"), life: .seconds(100), left: .seconds(100 - age), age: .seconds(age),
            knownVersion: knownVersion)
        return perform(.publish(publication), at: time)
    }

    private mutating func abort(
        _ number: UInt64?, _ effect: Abortion.Effect, at time: Double, as holder: LeaseHolder = .first
    ) -> RedisModel.CredentialAnswer {
        let abortion = Abortion(
            app: app, epoch: epoch, intent: number.map(intent), effect: effect, trouble: Trouble(summary: "busy"))
        return perform(.abort(abortion), as: holder, at: time)
    }

    @Test mutating func begin_OpensAnIntent_AndAnswersItsRepetition() {
        #expect(begin(1, at: 1) == .accepted)
        let record = redis.stored(app)
        #expect(begin(1, at: 2) == .accepted)
        #expect(redis.stored(app) == record)
        #expect(record?.rotations == 1)
    }

    @Test mutating func begin_IsRefused_ToWhoeverLacksLeaseOrLock() {
        #expect(begin(1, at: 1, as: .second) == .notHolder)
        redis.contents.lock = nil
        #expect(begin(1, at: 1) == .notHolder)
    }

    @Test mutating func begin_IsRefused_WhenTheRecordHasMovedOn() {
        #expect(begin(1, at: 1) == .accepted)
        #expect(begin(2, at: 1, basis: DecisionBasis(nil)) == .changed)
    }

    @Test mutating func begin_OverAnOpenIntent_LeavesAnUncertaintyOfItsAge() throws {
        #expect(begin(1, at: 1) == .accepted)
        #expect(begin(2, at: 4) == .accepted)
        let record = try #require(redis.stored(app)?.reading(at: redis.clock.now(.seconds(5))))
        #expect(record.uncertainty == StoredUncertainty(event: 1, age: .seconds(4)))
        #expect(record.intent?.id == intent(2))
    }

    @Test mutating func publish_Accepts_OnceAndAgain_EvenWithoutTheLease() {
        #expect(begin(1, at: 1) == .accepted)
        redis.contents.lease = LeaseRecord(epoch: Epoch(epoch.rawValue + 1), holder: .second, sequence: 1)
        let first = publish(1, at: 2)
        #expect(first.outcome == .accepted)
        #expect(first.record?.version == 1)
        #expect(first.record?.intent == nil)
        #expect(publish(1, at: 3).outcome == .accepted)
        #expect(redis.stored(app)?.version == 1)
    }

    @Test mutating func publish_ClearsOnlyOlderTaints_AndKeepsFourFingerprints() {
        for number in 1...6 as ClosedRange<UInt64> {
            #expect(begin(number, at: Double(number)) == .accepted)
            if number == 5 { #expect(begin(50, at: 5) == .accepted) }
            #expect(publish(number == 5 ? 50 : number, at: Double(number)).record?.uncertainty == nil)
        }
        #expect(redis.stored(app)?.previous == ["f50", "f4", "f3", "f2"].map { Fingerprint($0) })
    }

    @Test mutating func publish_IsRefusedWithAnUncertainty_WhenALaterIntentExists() throws {
        #expect(begin(1, at: 1) == .accepted)
        #expect(begin(2, at: 2) == .accepted)
        let answer = publish(1, at: 3, age: 2)
        #expect(answer.outcome == .superseded)
        #expect(answer.record?.uncertainty?.event == 3)
        #expect(answer.record?.intent?.id == intent(2))
        #expect(publish(2, at: 4).record?.uncertainty?.event == 3)
    }

    @Test mutating func publish_IsAccepted_WhenTheStoreHasLostEverything() {
        redis.wipe()
        let answer = publish(3, at: 5, knownVersion: 7)
        #expect(answer.outcome == .accepted)
        #expect(answer.record?.version == 8)
        #expect(publish(1, at: 6, epoch: Epoch(epoch.rawValue - 1)).outcome == .superseded)
    }

    @Test mutating func publish_ThatRunsLate_CountsTheLifeFromItsIntent() {
        #expect(begin(1, at: 1) == .accepted)
        let answer = publish(1, at: 31, age: 1)
        #expect(answer.record?.issue?.left == .seconds(70))
    }

    @Test mutating func publish_AfterAStepOfTheClock_KeepsItsLife() {
        #expect(begin(1, at: 1) == .accepted)
        redis.contents.lock = nil
        redis.clock.step(by: 3600, at: .seconds(2))
        #expect(publish(1, at: 3, age: 2).record?.issue?.left == .seconds(98))
    }

    @Test mutating func abort_ClearsItsIntent_OrTurnsItIntoAUncertainty() {
        #expect(begin(1, at: 1) == .accepted)
        let refused = abort(1, .none, at: 2)
        #expect(refused.record?.intent == nil)
        #expect(refused.record?.uncertainty == nil)
        #expect(refused.record?.trouble == Trouble(summary: "busy"))
        #expect(begin(2, at: 3) == .accepted)
        #expect(abort(2, .unknown, at: 4).record?.uncertainty == StoredUncertainty(event: 3, age: .seconds(1)))
        #expect(abort(1, .unknown, at: 5).record?.uncertainty == StoredUncertainty(event: 3, age: .seconds(2)))
    }

    @Test mutating func abort_NotesNoTrouble_OfWhoeverLeadsNoMore() {
        #expect(abort(nil, .none, at: 1, as: .second).record == nil)
        #expect(abort(nil, .none, at: 1).record?.trouble == Trouble(summary: "busy"))
    }

    @Test mutating func put_StoresANewToken_AndOnlyCorrectsAnOldOne() {
        let first = put("a", knownVersion: 0, left: 100, at: 1)
        #expect(first.outcome == .accepted)
        #expect(first.record?.version == 1)
        #expect(put("a", knownVersion: 0, left: 50, at: 1).outcome == .changed)
        #expect(put("a", knownVersion: 1, left: 50, at: 1).record?.issue?.left == .seconds(100))
        #expect(put("a", knownVersion: 1, left: 200, at: 1).record?.issue?.left == .seconds(200))
        #expect(put("b", knownVersion: 1, left: 100, at: 1).record?.version == 2)
        #expect(put("c", knownVersion: 2, left: 100, at: 1, as: .second).outcome == .notHolder)
    }

    @Test mutating func put_AnswersOlderUncertainties_AndLeavesLaterOnes() {
        #expect(begin(1, at: 1) == .accepted)
        #expect(abort(1, .unknown, at: 2).record?.uncertainty != nil)
        #expect(put("a", knownVersion: 0, left: 100, at: 3, settledEvent: 0).record?.uncertainty != nil)
        #expect(put("a", knownVersion: 1, left: 100, at: 3, settledEvent: 2).record?.uncertainty == nil)
    }

    @Test mutating func restore_WritesBack_OnlyOverOlderRecords_AndKeepsUncertainties() {
        let known = CredentialRecord(
            app: app, version: 5, epoch: Epoch(7),
            issue: .init(
                token: Token("t"), fingerprint: Fingerprint("f"), life: .seconds(100), left: .seconds(40),
                age: .seconds(60)),
            intent: OpenIntent(id: intent(9), epoch: Epoch(7), event: 3, age: .seconds(2)),
            uncertainty: StoredUncertainty(event: 2, age: .seconds(9)))
        let restoration = CredentialCommand.restore(Restoration(epoch: epoch, record: known))
        #expect(perform(restoration, as: .second, at: 1).outcome == .notHolder)
        let answer = perform(restoration, at: 1)
        #expect(answer.outcome == .accepted)
        #expect(answer.record?.uncertainty == StoredUncertainty(event: 1, age: .seconds(9)))
        #expect(answer.record?.intent == nil)
        #expect(answer.record?.issue?.left == .seconds(40))
        #expect(perform(restoration, at: 2).outcome == .changed)
        #expect(publish(1, at: 3, epoch: Epoch(epoch.rawValue - 1)).outcome == .superseded)
    }

    private mutating func put(
        _ name: String, knownVersion: UInt64, left: Int, at time: Double, as holder: LeaseHolder = .first,
        settledEvent: UInt64 = 0
    ) -> RedisModel.CredentialAnswer {
        let putting = Putting(
            app: app, epoch: epoch, token: Token(name), fingerprint: Fingerprint(name), life: .seconds(max(100, left)),
            left: .seconds(left), knownVersion: knownVersion, settledEvent: settledEvent)
        return perform(.put(putting), as: holder, at: time)
    }
}
