import KeeperCore
import Testing

@testable import ClusterSimulation

/// The scripts of `LeaseCommand`, one rule a test.
struct RedisLeaseTests {
    var redis = RedisModel(seed: 1)

    private mutating func acquire(
        _ holder: LeaseHolder, at time: Double, highestEpochSeen: UInt64 = 0, observed: ObservedRenewal? = nil
    ) -> LeaseReply.Answer {
        let acquisition = Acquisition(
            ttl: .seconds(6), highestEpochSeen: Epoch(highestEpochSeen), observed: observed, steals: observed != nil)
        return redis.perform(.acquire(acquisition), as: holder, at: .seconds(time))
    }

    private mutating func epochOfGrant(
        _ holder: LeaseHolder, at time: Double, highestEpochSeen: UInt64 = 0
    ) throws -> Epoch {
        let answer = acquire(holder, at: time, highestEpochSeen: highestEpochSeen)
        guard case .granted(let epoch, _, _) = answer else { throw Unexpected(answer: answer) }
        return epoch
    }

    private mutating func renew(_ holder: LeaseHolder, _ epoch: Epoch, at time: Double) -> LeaseReply.Answer {
        redis.perform(.renew(epoch: epoch, ttl: .seconds(6), isActive: true), as: holder, at: .seconds(time))
    }

    @Test mutating func acquire_IsGrantedOnce_AndDeniedToOthersWhileTheLockStands() throws {
        let epoch = try epochOfGrant(.first, at: 0)
        #expect(epoch == Epoch(1_790_000_000))
        #expect(acquire(.second, at: 5.9) == .denied(LeaseRecord(epoch: epoch, holder: .first, sequence: 1)))
        #expect(
            acquire(.second, at: 6)
                == .granted(
                    epoch: Epoch(1_790_000_001), previous: LeaseRecord(epoch: epoch, holder: .first, sequence: 1)))
    }

    @Test mutating func acquire_IsResumed_WhenItRanAlready() throws {
        let epoch = try epochOfGrant(.first, at: 0)
        #expect(acquire(.first, at: 1) == .resumed(epoch: epoch))
        #expect(redis.contents.lease?.sequence == 2)
    }

    @Test mutating func acquire_HeedsTheHighestEpochSeen_WithAndWithoutARecord() throws {
        #expect(try epochOfGrant(.first, at: 0, highestEpochSeen: 2_000_000_000) == Epoch(2_000_000_001))
        #expect(try epochOfGrant(.second, at: 10, highestEpochSeen: 3_000_000_000) == Epoch(3_000_000_001))
        #expect(try epochOfGrant(.first, at: 20, highestEpochSeen: 5) == Epoch(3_000_000_002))
    }

    @Test mutating func acquire_Steals_OnlyWhatWasObserved() throws {
        let epoch = try epochOfGrant(.first, at: 0)
        redis.clock.setFrozen(true, at: .seconds(0))
        let stale = ObservedRenewal(epoch: epoch, sequence: 7)
        #expect(acquire(.second, at: 100, observed: stale) == .denied(redis.contents.lease))
        let seen = ObservedRenewal(epoch: epoch, sequence: 1)
        #expect(
            acquire(.second, at: 100, observed: seen)
                == .granted(
                    epoch: Epoch(epoch.rawValue + 1), previous: LeaseRecord(epoch: epoch, holder: .first, sequence: 1)))
        #expect(redis.sightings[.steal] == 1)
    }

    @Test mutating func acquire_TakesALock_ThatNoRecordBelongsTo() throws {
        _ = try epochOfGrant(.first, at: 0)
        redis.contents.lease = nil
        #expect(throws: Never.self) { try epochOfGrant(.second, at: 1, highestEpochSeen: 9) }
        #expect(redis.sightings[.amnesia] == 1)
    }

    @Test mutating func renew_ReCreatesAnExpiredLock_WhileNobodyElseTookTheTerm() throws {
        let epoch = try epochOfGrant(.first, at: 0)
        #expect(renew(.first, epoch, at: 60) == .renewed(sequence: 2))
        #expect(redis.contents.lease?.isActive == true)
        #expect(acquire(.second, at: 65) == .denied(redis.contents.lease))
        #expect(renew(.second, epoch, at: 65) == .denied(redis.contents.lease))
    }

    @Test mutating func release_FreesTheLock_AndHandsOnWhatIsLeft() throws {
        let epoch = try epochOfGrant(.first, at: 0)
        let release = LeaseCommand.release(epoch: epoch, handover: Handover(left: .seconds(2)))
        #expect(redis.perform(release, as: .second, at: .seconds(1)) == .denied(redis.contents.lease))
        #expect(redis.perform(release, as: .first, at: .seconds(1)) == .done)
        #expect(renew(.first, epoch, at: 2) == .denied(redis.contents.lease))
        guard case .granted(_, let previous, _) = acquire(.second, at: 2) else { throw Unexpected(answer: nil) }
        #expect(previous?.release == .handedOver(Handover(left: .seconds(2))))
    }

    @Test mutating func termOfAnEarlierStart_IsCalledOld_WhateverIsSaidOfItLater() throws {
        let epoch = try epochOfGrant(.first, at: 0)
        let release = LeaseCommand.release(epoch: epoch, handover: Handover(left: .zero))
        #expect(redis.perform(release, as: .first, at: .seconds(1)) == .done)
        redis.restart(rollingBackTo: 0, at: .seconds(2))
        guard case .granted(let next, _, isOld: true) = acquire(.second, at: 2) else { throw Unexpected(answer: nil) }
        guard case .granted(_, _, isOld: false) = acquire(.first, at: 10) else { throw Unexpected(answer: nil) }
        redis.restart(rollingBackTo: 0, at: .seconds(11))
        let last = Epoch(next.rawValue + 1)
        #expect(renew(.first, last, at: 11) == .renewed(sequence: 2))
        #expect(redis.perform(.reportDeath, as: .first, at: .seconds(12)) == .done)
        guard case .granted(_, _, isOld: true) = acquire(.second, at: 13) else { throw Unexpected(answer: nil) }
    }

    @Test mutating func tick_KeepsMembersForTheirTime_AndGuardsNames() {
        let tick = Tick(position: nil, memberTTL: .seconds(2))
        let first = ticked(tick, .first, at: 0)
        #expect(first?.members.map(\.beat) == [1])
        #expect(ticked(tick, .first, at: 1)?.members.map(\.beat) == [2])
        let namesake = LeaseHolder(node: LeaseHolder.first.node, incarnation: Incarnation("x"), address: "http://x")
        #expect(ticked(tick, namesake, at: 1)?.nameHolder?.holder == .first)
        let claim = Tick(position: nil, claimsName: true, memberTTL: .seconds(2))
        #expect(ticked(claim, namesake, at: 1)?.nameHolder == nil)
        #expect(ticked(tick, .second, at: 4)?.members.map(\.holder) == [.second])
        #expect(redis.perform(.leave, as: .second, at: .seconds(4)) == .done)
        #expect(redis.contents.members.isEmpty)
    }

    @Test mutating func tick_PagesChanges_AndStartsOverOnAnotherStore() {
        for index in 0..<(Tick.mostChanges + 10) {
            var record = StoredCredential(app: AppID("wx\(index)"))
            record.event = UInt64(index + 1)
            redis.contents.credentials.append(record)
            redis.contents.event = record.event
        }
        let page = ticked(Tick(position: nil, memberTTL: .seconds(2)), .first, at: 0)
        #expect(page?.startsOver == true)
        #expect(page?.isComplete == false)
        #expect(page?.changes.count == Tick.mostChanges)
        let rest = ticked(
            Tick(position: page?.position, memberTTL: .seconds(2), verify: [AppID("wx0"), AppID("no")]), .first, at: 0)
        #expect(rest?.startsOver == false)
        #expect(rest?.changes.count == 10)
        #expect(rest?.missing == [AppID("no")])
        redis.wipe()
        #expect(ticked(Tick(position: rest?.position, memberTTL: .seconds(2)), .first, at: 0)?.startsOver == true)
    }

    @Test mutating func restart_GoesBackToThePast_UnderAnotherIdentity() throws {
        redis.keepsHistory = true
        let run = redis.run
        let epoch = try epochOfGrant(.first, at: 0)
        _ = renew(.first, epoch, at: 1)
        _ = renew(.first, epoch, at: 3)
        redis.restart(rollingBackTo: 1.5, at: .seconds(3.5))
        #expect(redis.contents.lease?.sequence == 1)
        #expect(redis.run != run)
    }

    private mutating func ticked(_ tick: Tick, _ holder: LeaseHolder, at time: Double) -> TickReply? {
        guard case .ticked(let reply) = redis.perform(.tick(tick), as: holder, at: .seconds(time)) else { return nil }
        return reply
    }
}

struct Unexpected: Error { let answer: LeaseReply.Answer? }

extension LeaseHolder {
    static let first = LeaseHolder(node: NodeName("n1"), incarnation: Incarnation("i1"), address: "http://n1")
    static let second = LeaseHolder(node: NodeName("n2"), incarnation: Incarnation("i2"), address: "http://n2")
}
