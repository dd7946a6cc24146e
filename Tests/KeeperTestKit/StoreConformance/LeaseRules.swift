import KeeperCore

extension StoreConformance {
    /// Acquire, renew, release.
    static let lease: [StoreConformance] = [
        StoreConformance("firstTerm_HasTheClockAsTheLeastEpoch") { scene in
            let clock = UInt64(try await scene.a.tick().storeTime.wholeSeconds)
            guard case .granted(let epoch, previous: nil, _) = try await scene.a.acquire() else {
                throw Nonconformance(description: "a free lease was not granted")
            }
            let isTheClock = epoch.rawValue >= max(1, clock) && epoch.rawValue <= clock + 20
            try expect(isTheClock, "epoch \(epoch), clock \(clock)")
        },
        StoreConformance("firstTerm_IsAboveTheHighestEpochTheCallerSaw") { scene in
            let epoch = try await scene.a.lead(highestEpochSeen: 9_000_000_000)
            try expect(epoch, Epoch(9_000_000_001))
        },
        StoreConformance("acquire_IsDenied_WhileTheLockIsAnothers") { scene in
            let epoch = try await scene.a.lead()
            let record = LeaseRecord(epoch: epoch, holder: scene.a.holder, sequence: 1)
            try expect(try await scene.b.acquire(), .denied(record))
            try expect(try await scene.b.acquire(highestEpochSeen: epoch.rawValue + 9), .denied(record))
        },
        StoreConformance("acquire_Again_ResumesTheTerm") { scene in
            let epoch = try await scene.a.lead()
            try expect(try await scene.a.acquire(highestEpochSeen: epoch.rawValue + 9), .resumed(epoch: epoch))
            try expect(try await scene.b.tick().lease?.sequence, 2)
        },
        StoreConformance("acquire_AfterExpiry_CountsOn_AndShowsTheRecordItReplaced") { scene in
            let epoch = try await scene.a.lead()
            try expect(try await scene.a.renew(epoch, isActive: true), .renewed(sequence: 2))
            try await scene.harness.expireLock()
            let previous = LeaseRecord(epoch: epoch, holder: scene.a.holder, sequence: 2, isActive: true)
            let next = Epoch(epoch.rawValue + 1)
            try expect(try await scene.b.acquire(), .granted(epoch: next, previous: previous))
            try expect(try await scene.a.tick().lease, LeaseRecord(epoch: next, holder: scene.b.holder, sequence: 1))
        },
        StoreConformance("acquire_RespectsTheHighestEpochSeen_OverARecord") { scene in
            let epoch = try await scene.a.lead()
            try await scene.harness.expireLock()
            try expect(try await scene.b.lead(highestEpochSeen: epoch.rawValue + 41), Epoch(epoch.rawValue + 42))
        },
        StoreConformance("lock_ExpiresByItself") { scene in
            _ = try await scene.a.acquire(ttl: .milliseconds(40))
            try expect(try await scene.b.tick().lockLeft ?? .zero <= .milliseconds(40), "the lock outlives its length")
            try await scene.harness.advance(by: .milliseconds(60))
            try expect(try await scene.b.tick().lockLeft, nil)
            _ = try await scene.b.lead()
        },
        StoreConformance("steal_NeedsExactlyTheRenewalObserved") { scene in
            let epoch = try await scene.a.lead()
            let first = ObservedRenewal(epoch: epoch, sequence: 1)
            _ = try await scene.a.renew(epoch)
            let record = LeaseRecord(epoch: epoch, holder: scene.a.holder, sequence: 2)
            let second = ObservedRenewal(record)
            try expect(try await scene.b.acquire(observed: second), .denied(record), "without the will to steal")
            try expect(try await scene.b.acquire(observed: first, steals: true), .denied(record), "it moved since")
            try expect(try await scene.b.acquire(observed: nil, steals: true), .denied(record), "nothing observed")
            let next = Epoch(epoch.rawValue + 1)
            let stolen = try await scene.b.acquire(observed: second, steals: true)
            try expect(stolen, .granted(epoch: next, previous: record))
            try expect(
                try await scene.a.renew(epoch), .denied(LeaseRecord(epoch: next, holder: scene.b.holder, sequence: 1)))
        },
        StoreConformance("lockWithoutARecord_IsNobodys") { scene in
            for caller in [scene.a, scene.b] {
                let epoch = try await scene.a.lead()
                try await scene.harness.removeLease()
                try expect(try await scene.a.renew(epoch), .denied(nil))
                guard
                    case .granted(let next, previous: nil, _) = try await caller.acquire(
                        highestEpochSeen: epoch.rawValue)
                else {
                    throw Nonconformance(description: "\(caller.holder.node) was not granted a lock without a record")
                }
                try expect(next > epoch, "a term was used twice")
                try await scene.harness.wipe()
            }
        },
        StoreConformance("renew_CountsUp_AndNeverForgetsActivity") { scene in
            let epoch = try await scene.a.lead()
            try expect(try await scene.a.renew(epoch), .renewed(sequence: 2))
            try expect(try await scene.b.tick().lease?.isActive, false)
            try expect(try await scene.a.renew(epoch, isActive: true), .renewed(sequence: 3))
            try expect(try await scene.a.renew(epoch, isActive: false), .renewed(sequence: 4))
            try expect(try await scene.b.tick().lease?.isActive, true)
        },
        StoreConformance("renew_SetsAnExpiredLockAgain_WhileNobodyTookTheTerm") { scene in
            let epoch = try await scene.a.lead()
            try await scene.harness.expireLock()
            try expect(try await scene.a.renew(epoch), .renewed(sequence: 2))
            try expect(try await scene.b.tick().lockLeft ?? .zero, atMost: .seconds(60))
            guard case .denied = try await scene.b.acquire() else {
                throw Nonconformance(description: "a renewed lease was granted to another")
            }
        },
        StoreConformance("renew_IsDenied_ToOthers_ToEarlierTerms_AndAfterALoss") { scene in
            let epoch = try await scene.a.lead()
            let record = LeaseRecord(epoch: epoch, holder: scene.a.holder, sequence: 1)
            try expect(try await scene.b.renew(epoch), .denied(record), "another's")
            try expect(try await scene.a.renew(Epoch(epoch.rawValue - 1)), .denied(record), "an earlier term")
            let next = try await scene.succession(to: scene.b)
            let newer = LeaseRecord(epoch: next, holder: scene.b.holder, sequence: 1)
            try expect(try await scene.a.renew(epoch), .denied(newer), "a stray")
            try expect(try await scene.a.tick().lease, newer, "the stray left no trace")
            try await scene.harness.wipe()
            try expect(try await scene.b.renew(next), .denied(nil), "no record")
        },
        StoreConformance("release_FreesTheLease_AndHandsOnWhatIsLeft") { scene in
            let epoch = try await scene.a.lead()
            try expect(try await scene.a.release(epoch, left: .milliseconds(1234)), .done)
            let record = LeaseRecord(
                epoch: epoch, holder: scene.a.holder, sequence: 1,
                release: .handedOver(Handover(left: .milliseconds(1234))))
            try expect(try await scene.a.renew(epoch), .denied(record), "renewal of a released term")
            try expect(try await scene.a.release(epoch), .denied(record), "a second release changes nothing")
            try expect(try await scene.b.tick().lockLeft, nil)
            try expect(try await scene.b.acquire(), .granted(epoch: Epoch(epoch.rawValue + 1), previous: record))
        },
        StoreConformance("release_NamesTheSuccessor") { scene in
            let epoch = try await scene.a.lead()
            let handover = Handover(left: .seconds(2), successor: scene.b.holder.node, isForReachability: true)
            try expect(try await scene.a.perform(.release(epoch: epoch, handover: handover)), .done)
            try expect(try await scene.b.tick().lease?.release, .handedOver(handover))
            guard case .granted(let next, _, _) = try await scene.b.acquire() else { return try expect(true, false) }
            try expect(try await scene.a.tick().lease, LeaseRecord(epoch: next, holder: scene.b.holder, sequence: 1))
        },
        StoreConformance("pause_IsSeenByAll_AndEndsWhenTold") { scene in
            try expect(try await scene.b.tick().pauseLeft, nil)
            try await scene.a.pause(for: .seconds(60))
            let left = try await scene.b.tick().pauseLeft ?? .zero
            try expect(left > .seconds(50) && left <= .seconds(60), true, "\(left)")
            try await scene.b.pause(for: nil)
            try expect(try await scene.a.tick().pauseLeft, nil)
        },
        StoreConformance("release_IsDenied_ToOthers_AndToEarlierTerms") { scene in
            let epoch = try await scene.a.lead()
            let record = LeaseRecord(epoch: epoch, holder: scene.a.holder, sequence: 1)
            try expect(try await scene.b.release(epoch), .denied(record))
            try expect(try await scene.a.release(Epoch(epoch.rawValue - 1)), .denied(record))
            let next = try await scene.succession(to: scene.b)
            let newer = LeaseRecord(epoch: next, holder: scene.b.holder, sequence: 1)
            try expect(try await scene.a.release(epoch), .denied(newer), "a stray")
            try expect(try await scene.a.tick().lockLeft != nil, "a stray release deleted the lock of another")
        },
        StoreConformance("release_AfterExpiry_StillHandsOn") { scene in
            let epoch = try await scene.a.lead()
            try await scene.harness.expireLock()
            try expect(try await scene.a.release(epoch, left: .zero), .done)
            try expect(try await scene.b.tick().lease?.release, .handedOver(Handover(left: .zero)))
        },
        StoreConformance("reportDeath_FreesTheLease_OfWhateverEpoch") { scene in
            let epoch = try await scene.a.lead()
            _ = try await scene.a.renew(epoch, isActive: true)
            try expect(try await scene.a.reportDeath(), .done)
            let record = LeaseRecord(
                epoch: epoch, holder: scene.a.holder, sequence: 2, isActive: true, release: .holderDied)
            try expect(try await scene.a.renew(epoch), .denied(record), "a stray renewal of the dead")
            try expect(try await scene.a.reportDeath(), .denied(record), "a second report changes nothing")
            try expect(try await scene.b.tick().lockLeft, nil)
            try expect(try await scene.b.acquire(), .granted(epoch: Epoch(epoch.rawValue + 1), previous: record))
        },
        StoreConformance("reportDeath_IsDenied_WhereAnotherLeads_OrTheLeaseWasHandedOver") { scene in
            try expect(try await scene.a.reportDeath(), .denied(nil), "no record")
            let epoch = try await scene.a.lead()
            let record = LeaseRecord(epoch: epoch, holder: scene.a.holder, sequence: 1)
            try expect(try await scene.b.reportDeath(), .denied(record), "another's")
            _ = try await scene.a.release(epoch, left: .seconds(1))
            let released = LeaseRecord(
                epoch: epoch, holder: scene.a.holder, sequence: 1, release: .handedOver(Handover(left: .seconds(1))))
            try expect(try await scene.a.reportDeath(), .denied(released), "what the holder said itself stands")
            try expect(try await scene.b.tick().lease, released)
        },
        StoreConformance("ofManyAtOnce_OneIsGranted") { scene in
            let grants = try await withThrowingTaskGroup { group in
                for number in 0..<24 {
                    group.addTask {
                        let caller = try await StoreCaller(StoreScene.holder("n\(number)"), scene.harness)
                        if case .granted = try await caller.acquire() { return 1 }
                        return 0
                    }
                }
                return try await group.reduce(0, +)
            }
            try expect(grants, 1)
        },
    ]
}
