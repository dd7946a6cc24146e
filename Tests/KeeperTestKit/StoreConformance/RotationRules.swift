import KeeperCore

extension StoreConformance {
    /// Begin, publish, abort, in order.
    static let rotation: [StoreConformance] = [
        StoreConformance("begin_IsForTheHolder_WithTheLock_Only") { scene in
            try expect(try await scene.a.begin(1, Epoch(1), on: nil).outcome, .notHolder, "no lease at all")
            let epoch = try await scene.a.lead()
            try expect(try await scene.b.begin(1, epoch, on: nil).outcome, .notHolder, "another's")
            let earlier = Epoch(epoch.rawValue - 1)
            try expect(try await scene.a.begin(1, earlier, on: nil).outcome, .notHolder, "earlier term")
            try await scene.harness.expireLock()
            try expect(try await scene.a.begin(1, epoch, on: nil).outcome, .notHolder, "no lock")
            _ = try await scene.a.renew(epoch)
            try expect(try await scene.a.begin(1, epoch, on: nil).outcome, .accepted)
            _ = try await scene.a.release(epoch)
            let late = try await scene.a.begin(2, epoch, on: nil)
            try expect(late.outcome, .notHolder, "released")
            try expect(late.record?.intent?.id, scene.a.intent(1), "a refusal shows the record as it stands")
        },
        StoreConformance("begin_OpensTheIntent_AndAgain_ChangesNothing") { scene in
            let epoch = try await scene.a.lead()
            let first = try await scene.a.begin(1, epoch, on: nil)
            try expect(first.outcome, .accepted)
            let intent = try require(first.record?.intent)
            try expect(intent.id, scene.a.intent(1))
            try expect(intent.epoch, epoch)
            try expect(intent.event, first.record?.event)
            try expect(intent.age < .seconds(5), "a new intent of age \(intent.age)")
            try expect(first.record?.rotationsToday, 1)
            try expect(first.record?.issue, nil)
            let again = try await scene.a.begin(1, epoch, on: nil)
            try expect(again.outcome, .accepted)
            try expect(again.record?.event, first.record?.event)
            try expect(again.record?.rotationsToday, 1)
            try expect(try await scene.b.tick().changes.map(\.intent?.id), [scene.a.intent(1)])
        },
        StoreConformance("publish_CountsExternalRotations_OnceEach") { scene in
            let epoch = try await scene.a.lead()
            let first = try await scene.a.rotate(1, epoch, to: "one", on: nil)
            try expect(first.externalRotations, nil)
            var record = first
            for number in 2...3 as ClosedRange<UInt64> {
                _ = try await scene.a.begin(number, epoch, on: record)
                _ = try await scene.a.publish(number, epoch, "t\(number)", followsExternalRotation: true)
                record = try require(
                    try await scene.a.publish(number, epoch, "t\(number)", followsExternalRotation: true).record)
            }
            let seen = try require(record.externalRotations)
            try expect(seen.count, 2)
            try expect(seen.age < .seconds(5), "a new external rotation of age \(seen.age)")
            let innocent = try await scene.a.rotate(4, epoch, to: "four", on: record)
            try expect(innocent.externalRotations?.count, 2)
        },
        StoreConformance("begin_IsRefused_WhenTheStoreHasMovedOn") { scene in
            let epoch = try await scene.a.lead()
            let old = try await scene.a.rotate(1, epoch, to: "one", on: nil)
            let new = try await scene.a.rotate(2, epoch, to: "two", on: old)
            let refused = try await scene.a.begin(3, epoch, on: old)
            try expect(refused.outcome, .changed, "another version")
            try expect(refused.record?.event, new.event)
            let open = try require(try await scene.a.begin(3, epoch, on: new).record)
            try expect(try await scene.a.begin(4, epoch, on: new).outcome, .changed, "an intent was opened")
            let uncertain = try require(try await scene.a.abort(3, epoch, .unknown).record)
            try expect(try await scene.a.begin(4, epoch, on: open).outcome, .changed, "the intent was closed")
            try expect(try await scene.a.begin(4, epoch, on: new).outcome, .changed, "an uncertainty was set")
            try expect(try await scene.a.begin(4, epoch, on: uncertain).outcome, .accepted)
        },
        StoreConformance("begin_OverAnotherIntent_MakesItAnUncertainty") { scene in
            let epoch = try await scene.a.lead()
            let one = try await scene.a.rotate(1, epoch, to: "one", on: nil)
            let own = try require(try await scene.a.begin(2, epoch, on: one).record)
            try await scene.harness.advance(by: .milliseconds(30))
            let over = try require(try await scene.a.begin(3, epoch, on: own).record)
            try expect(over.intent?.id, scene.a.intent(3))
            try expect(over.uncertainty?.event, own.intent?.event)
            try expect(
                over.uncertainty?.age ?? .zero >= .milliseconds(29),
                "the uncertainty is as old as the call it came from")
            let next = try await scene.succession(to: scene.b)
            let other = try require(try await scene.b.begin(1, next, on: over).record)
            try expect(other.intent?.id, scene.b.intent(1))
            try expect(other.uncertainty?.event, over.intent?.event)
            let ages = try require(other.uncertainty).age - (try require(other.intent).age)
            try expect(ages >= .milliseconds(29), "the older uncertainty keeps its age")
        },
        StoreConformance("publish_StoresTheToken_AndSettlesTheIntent") { scene in
            let epoch = try await scene.a.lead()
            _ = try await scene.a.abort(nil, epoch, .none, trouble: Trouble(errcode: -1, summary: "system busy"))
            let trouble = try require(try await scene.a.tick().changes.first)
            _ = try await scene.a.begin(1, epoch, on: trouble)
            let reply = try await scene.a.publish(1, epoch, "one", age: .seconds(2))
            try expect(reply.outcome, .accepted)
            let record = try require(reply.record)
            let issue = try require(record.issue)
            try expect(record.version, 1)
            try expect(record.epoch, epoch)
            try expect(record.intent, nil)
            try expect(record.uncertainty, nil)
            try expect(record.trouble, nil)
            try expect(record.previous, [])
            try expect(issue.token, Token("one"))
            try expect(issue.fingerprint, StoreCaller.fingerprint("one"))
            try expect(issue.life, .seconds(7200))
            try expect(issue.left, atMost: .seconds(7198))
            try expect(issue.age < .seconds(5), "a new token of age \(issue.age)")
        },
        StoreConformance("publish_Again_ChangesNothing") { scene in
            let epoch = try await scene.a.lead()
            let record = try await scene.a.rotate(1, epoch, to: "one", on: nil)
            for token in ["one", "another"] {
                let again = try await scene.a.publish(1, epoch, token, knownVersion: 40)
                try expect(again.outcome, .accepted)
                try expect(again.record?.version, 1)
                try expect(again.record?.event, record.event)
                try expect(again.record?.issue?.token, Token("one"))
            }
        },
        StoreConformance("earlierFingerprints_AreTheLastFour_WithoutTheCurrentOne") { scene in
            let epoch = try await scene.a.lead()
            var record: CredentialRecord?
            for number: UInt64 in 1...6 {
                record = try await scene.a.rotate(number, epoch, to: "t\(number)", on: record)
            }
            try expect(record?.version, 6)
            try expect(record?.previous, ["t5", "t4", "t3", "t2"].map(StoreCaller.fingerprint))
            let same = try await scene.a.rotate(7, epoch, to: "t6", on: record)
            try expect(same.version, 7)
            try expect(same.previous.contains(StoreCaller.fingerprint("t6")), false)
            let back = try await scene.a.rotate(8, epoch, to: "t4", on: same)
            try expect(back.previous, ["t6", "t5", "t3", "t2"].map(StoreCaller.fingerprint))
        },
        StoreConformance("abort_WithoutEffect_ClosesTheIntent") { scene in
            let epoch = try await scene.a.lead()
            let one = try await scene.a.rotate(1, epoch, to: "one", on: nil)
            _ = try await scene.a.begin(2, epoch, on: one)
            let trouble = Trouble(errcode: 45009, summary: "reach max api daily quota limit")
            let reply = try await scene.a.abort(2, epoch, .none, trouble: trouble)
            try expect(reply.outcome, .accepted)
            let record = try require(reply.record)
            try expect(record.intent, nil)
            try expect(record.uncertainty, nil)
            try expect(record.trouble, trouble)
            try expect(record.issue?.token, Token("one"))
            try expect(record.version, 1)
        },
        StoreConformance("abort_OfWhatWasNeverSent_GivesTheDaysRotationBack_Once") { scene in
            let epoch = try await scene.a.lead()
            let one = try await scene.a.rotate(1, epoch, to: "one", on: nil)
            try expect(one.rotationsToday, 1)
            try expect(try await scene.a.begin(2, epoch, on: one).record?.rotationsToday, 2)
            for _ in 0..<2 {
                let record = try require(try await scene.a.abort(2, epoch, .unsent).record)
                try expect(record.rotationsToday, 1)
                try expect(record.intent, nil)
                try expect(record.uncertainty, nil)
            }
            let after = try require(try await scene.a.abort(2, epoch, .none).record)
            _ = try await scene.a.begin(3, epoch, on: after)
            try expect(try await scene.a.abort(3, epoch, .none).record?.rotationsToday, 2)
        },
        StoreConformance("abort_WithUnknownEffect_LeavesAnUncertainty_ThatOnlyALaterTokenEnds") { scene in
            let epoch = try await scene.a.lead()
            let one = try await scene.a.rotate(1, epoch, to: "one", on: nil)
            let open = try require(try await scene.a.begin(2, epoch, on: one).record)
            let first = try require(try await scene.a.abort(2, epoch, .unknown).record)
            try expect(first.intent, nil)
            try expect(first.uncertainty?.event, open.intent?.event)
            try await scene.harness.advance(by: .milliseconds(30))
            _ = try await scene.a.begin(3, epoch, on: first)
            let second = try require(try await scene.a.abort(3, epoch, .none).record)
            try expect(
                second.uncertainty?.event, first.uncertainty?.event, "a later failure erases no earlier uncertainty")
            _ = try await scene.a.begin(4, epoch, on: second)
            let third = try require(try await scene.a.abort(4, epoch, .unknown).record)
            try expect(
                third.uncertainty?.age ?? .zero >= .milliseconds(29), "a later uncertainty makes no earlier one younger"
            )
            let two = try await scene.a.rotate(5, epoch, to: "two", on: third)
            try expect(two.uncertainty, nil)
        },
        StoreConformance("trouble_IsNotedByTheHolder_EvenWithoutARecord") { scene in
            let trouble = Trouble(summary: "no answer")
            let nobody = try await scene.a.abort(nil, Epoch(1), .none, trouble: trouble)
            try expect(nobody.outcome, .accepted)
            try expect(nobody.record, nil)
            let epoch = try await scene.a.lead()
            try expect(try await scene.b.abort(nil, epoch, .none, trouble: trouble).record, nil)
            let noted = try await scene.a.abort(nil, epoch, .none, trouble: trouble)
            try expect(noted.record?.trouble, trouble)
            try expect(noted.record?.version, 0)
            try expect(noted.record?.issue, nil)
            let silent = try await scene.a.abort(nil, epoch, .none)
            try expect(silent.record?.trouble, trouble, "nil leaves it as it is")
        },
        StoreConformance("credentialReply_NamesServerAndStore_AsTheTickDoes") { scene in
            let epoch = try await scene.a.lead()
            let reply = try await scene.a.put(epoch, "one")
            try expect(reply.store, try await scene.b.tick().position.store)
        },
    ]
}
