import KeeperCore

extension StoreConformance {
    /// Put and restore.
    static let storing: [StoreConformance] = [
        StoreConformance("put_IsForTheHolder_ButNeedsNoLock") { scene in
            try expect(try await scene.a.put(Epoch(1), "one").outcome, .notHolder)
            let epoch = try await scene.a.lead()
            try expect(try await scene.b.put(epoch, "one").outcome, .notHolder)
            try await scene.harness.expireLock()
            let reply = try await scene.a.put(epoch, "one", left: .seconds(300))
            try expect(reply.outcome, .accepted)
            try expect(reply.record?.version, 1)
            try expect(reply.record?.epoch, epoch)
            try expect(try require(reply.record?.issue).left, atMost: .seconds(300))
            try expect(reply.record?.issue?.life, .seconds(7200))
            _ = try await scene.a.release(epoch)
            try expect(try await scene.a.put(epoch, "two", knownVersion: 1).outcome, .notHolder)
        },
        StoreConformance("put_IsRefused_OnAnotherVersion") { scene in
            let epoch = try await scene.a.lead()
            try expect(try await scene.a.put(epoch, "one", knownVersion: 3).outcome, .changed)
            try expect(try await scene.a.put(epoch, "one").outcome, .accepted)
            let again = try await scene.a.put(epoch, "two")
            try expect(again.outcome, .changed)
            try expect(again.record?.issue?.token, Token("one"))
        },
        StoreConformance("put_OfANewToken_CountsUp_AndRemembersTheOld") { scene in
            let epoch = try await scene.a.lead()
            _ = try await scene.a.put(epoch, "one")
            _ = try await scene.a.abort(nil, epoch, .none, trouble: Trouble(errcode: -1, summary: "system busy"))
            let record = try require(try await scene.a.put(epoch, "two", knownVersion: 1).record)
            try expect(record.version, 2)
            try expect(record.previous, [StoreCaller.fingerprint("one")])
            try expect(record.trouble, nil)
        },
        StoreConformance("put_OfTheSameToken_OnlyEverLengthensItsLife") { scene in
            let epoch = try await scene.a.lead()
            let first = try require(try await scene.a.put(epoch, "one", left: .seconds(1000)).record)
            let shorter = try require(
                try await scene.a.put(epoch, "one", left: .seconds(100), knownVersion: 1).record)
            try expect(shorter.event, first.event)
            try expect(try require(shorter.issue).left, atMost: .seconds(1000))
            _ = try await scene.a.abort(nil, epoch, .none, trouble: Trouble(summary: "no answer"))
            let longer = try require(
                try await scene.a.put(epoch, "one", left: .seconds(2000), knownVersion: 1).record)
            try expect(longer.version, 1)
            try expect(longer.event > first.event, "a longer life is news")
            try expect(try require(longer.issue).left, atMost: .seconds(2000))
            try expect(longer.previous, [])
            try expect(longer.trouble, nil)
        },
        StoreConformance("put_SettlesTheUncertaintyItWasDecidedOn_AndNoLaterOne") { scene in
            let epoch = try await scene.a.lead()
            _ = try await scene.a.begin(1, epoch, on: nil)
            let uncertain = try require(try await scene.a.abort(1, epoch, .unknown).record)
            let open = try require(try await scene.a.begin(2, epoch, on: uncertain).record)
            let unsettled = try require(
                try await scene.a.put(epoch, "one", settledEvent: (try require(uncertain.uncertainty)).event - 1).record
            )
            try expect(unsettled.uncertainty?.event, uncertain.uncertainty?.event)
            try expect(unsettled.intent?.id, scene.a.intent(2))
            let half = try require(
                try await scene.a.put(
                    epoch, "one", knownVersion: 1, settledEvent: (try require(open.intent)).event - 1
                ).record)
            try expect(half.uncertainty, nil)
            try expect(half.intent?.id, scene.a.intent(2))
            let settled = try require(
                try await scene.a.put(epoch, "one", knownVersion: 1, settledEvent: half.event).record)
            try expect(settled.intent, nil)
        },
        StoreConformance("restore_NeedsLeaseAndLock") { scene in
            let record = Self.known(epoch: Epoch(1))
            try expect(try await scene.a.restore(Epoch(1), record).outcome, .notHolder)
            let epoch = try await scene.a.lead()
            try expect(try await scene.b.restore(epoch, record).outcome, .notHolder)
            try await scene.harness.expireLock()
            try expect(try await scene.a.restore(epoch, record).outcome, .notHolder)
            _ = try await scene.a.renew(epoch)
            try expect(try await scene.a.restore(epoch, record).outcome, .accepted)
        },
        StoreConformance("restore_WritesBackWhatIsKnown") { scene in
            let epoch = try await scene.a.lead()
            let known = Self.known(epoch: Epoch(epoch.rawValue - 1))
            let record = try require(try await scene.a.restore(epoch, known).record)
            try expect(record.version, known.version)
            try expect(record.epoch, known.epoch)
            try expect(record.previous, known.previous)
            try expect(record.trouble, known.trouble)
            let externalRotations = try require(record.externalRotations)
            try expect(externalRotations.count, 3)
            try expect(externalRotations.age >= .seconds(60), "the external rotations became younger")
            try expect(record.issue?.token, known.issue?.token)
            try expect(record.issue?.fingerprint, known.issue?.fingerprint)
            try expect(record.issue?.life, known.issue?.life)
            try expect(try require(record.issue).left, atMost: .seconds(5000))
            try expect((try require(record.issue)).age >= .seconds(2200), "the token became younger")
            try expect(record.intent, nil)
            try expect(record.uncertainty, nil)
            try expect(try await scene.b.tick().changes.map(\.event), [record.event])
        },
        StoreConformance("restore_IsRefused_UnlessTheStoredIsLower") { scene in
            let epoch = try await scene.a.lead()
            let stored = try require(try await scene.a.put(epoch, "one").record)
            var known = Self.known(epoch: epoch)
            known.version = stored.version
            let refused = try await scene.a.restore(epoch, known)
            try expect(refused.outcome, .changed, "the same")
            try expect(refused.record?.issue?.token, Token("one"))
            known.version = 40
            known.epoch = Epoch(epoch.rawValue - 1)
            try expect(try await scene.a.restore(epoch, known).outcome, .changed, "an earlier term counts less")
            known.epoch = epoch
            try expect(try await scene.a.restore(epoch, known).outcome, .accepted)
        },
        StoreConformance("restore_KeepsEveryUncertainty_AtItsOldestAge") { scene in
            let epoch = try await scene.a.lead()
            var known = Self.known(epoch: epoch)
            known.uncertainty = StoredUncertainty(event: 900, age: .seconds(20))
            known.intent = OpenIntent(id: scene.a.intent(8), epoch: epoch, event: 901, age: .seconds(10))
            let first = try require(try await scene.a.restore(epoch, known).record)
            try expect(first.intent, nil)
            try expect(first.uncertainty?.event, first.event)
            let age = (try require(first.uncertainty)).age
            try expect(age >= .seconds(20) && age < .seconds(25), "an uncertainty of \(age)")
            known.uncertainty = nil
            known.intent = nil
            known.version += 1
            let second = try require(try await scene.a.restore(epoch, known).record)
            try expect(second.uncertainty?.event, second.event, "an uncertainty in what is overwritten stays")
            try expect((try require(second.uncertainty)).age >= .seconds(20), "and keeps its age")
            let next = try await scene.a.rotate(9, epoch, to: "new", on: second)
            try expect(next.uncertainty, nil)
            try expect(next.version, known.version + 1)
        },
        StoreConformance("restore_OfAnIntentAlone_IsAnUncertainty") { scene in
            let epoch = try await scene.a.lead()
            var known = Self.known(epoch: epoch)
            known.intent = OpenIntent(id: scene.b.intent(8), epoch: epoch, event: 901, age: .seconds(10))
            let record = try require(try await scene.a.restore(epoch, known).record)
            try expect(record.intent, nil)
            try expect(record.uncertainty?.event, record.event)
        },
        StoreConformance("restoredRecord_TakesNoTokenOfAnEarlierTerm") { scene in
            let epoch = try await scene.a.lead()
            let open = try require(try await scene.a.begin(1, epoch, on: nil).record)
            try expect(open.intent != nil, "an intent")
            try await scene.harness.wipe()
            let next = try await scene.b.lead(highestEpochSeen: epoch.rawValue)
            let known = Self.known(epoch: Epoch(epoch.rawValue - 1))
            try expect(try await scene.b.restore(next, known).outcome, .accepted)
            let late = try await scene.a.publish(1, epoch, "late", knownVersion: 99)
            try expect(late.outcome, .superseded)
            try expect(late.record?.issue?.token, known.issue?.token)
            try expect(late.record?.uncertainty != nil, "an uncertainty remains")
        },
    ]

    /// A record as a node might remember it.
    private static func known(epoch: Epoch) -> CredentialRecord {
        CredentialRecord(
            app: StoreCaller.app, event: 77, version: 12, epoch: epoch,
            issue: .init(
                token: Token("known"), fingerprint: StoreCaller.fingerprint("known"), life: .seconds(7200),
                left: .seconds(5000), age: .seconds(2200)),
            previous: [Fingerprint("earlier"), Fingerprint("earliest")],
            trouble: Trouble(errcode: 40164, summary: "invalid ip"),
            externalRotations: ExternalRotations(count: 3, age: .seconds(60)))
    }
}
