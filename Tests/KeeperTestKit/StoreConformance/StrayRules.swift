import KeeperCore

extension StoreConformance {
    /// Commands that are executed late, twice, or after a loss.
    static let strays: [StoreConformance] = [
        StoreConformance("publish_AfterTheLeaseIsLost_IsAccepted_WhileNothingLaterWasBegun") { scene in
            let epoch = try await scene.a.lead()
            _ = try await scene.a.begin(1, epoch, on: nil)
            _ = try await scene.succession(to: scene.b)
            let reply = try await scene.a.publish(1, epoch, "one", age: .seconds(3))
            try expect(reply.outcome, .accepted)
            try expect(reply.record?.epoch, epoch)
            try expect(reply.record?.intent, nil)
        },
        StoreConformance("latePublish_IsSuperseded_AndLeavesAnUncertainty_ThatItsSuccessorsTokenDoesNotEnd") { scene in
            let epoch = try await scene.a.lead()
            let one = try await scene.a.rotate(1, epoch, to: "one", on: nil)
            let open = try require(try await scene.a.begin(2, epoch, on: one).record)
            let next = try await scene.succession(to: scene.b)
            let begun = try require(try await scene.b.begin(1, next, on: open).record)
            let late = try await scene.a.publish(2, epoch, "late", age: .zero)
            try expect(late.outcome, .superseded)
            let uncertain = try require(late.record)
            try expect(uncertain.issue?.token, Token("one"))
            try expect(uncertain.uncertainty?.event, uncertain.event)
            try expect(uncertain.event > begun.event, "an uncertainty is an event")
            try expect(uncertain.intent?.id, scene.b.intent(1), "the open intent stays")
            let two = try require(try await scene.b.publish(1, next, "two").record)
            try expect(two.issue?.token, Token("two"))
            try expect(two.uncertainty?.event, uncertain.event, "the uncertainty is later than this intent")
            let three = try await scene.b.rotate(2, next, to: "three", on: two)
            try expect(three.uncertainty, nil)
        },
        StoreConformance("latePublish_OfAnEarlierTerm_NeverReplacesALaterToken") { scene in
            let epoch = try await scene.a.lead()
            let open = try require(try await scene.a.begin(1, epoch, on: nil).record)
            let next = try await scene.succession(to: scene.b)
            let newer = try await scene.b.rotate(1, next, to: "newer", on: open)
            let late = try await scene.a.publish(1, epoch, "older", age: .seconds(600), knownVersion: 99)
            try expect(late.outcome, .superseded)
            try expect(late.record?.issue?.token, Token("newer"))
            try expect(late.record?.version, newer.version)
            let uncertainty = try require(late.record?.uncertainty)
            try expect(uncertainty.age < .seconds(60), "the uncertainty is no older than the token uncertain")
            try expect(late.record?.epoch, next)
        },
        StoreConformance("latePublish_OfAnEarlierIntentOfTheSameTerm_IsSuperseded") { scene in
            let epoch = try await scene.a.lead()
            let open = try require(try await scene.a.begin(1, epoch, on: nil).record)
            _ = try await scene.a.rotate(2, epoch, to: "two", on: open)
            try expect(try await scene.a.publish(1, epoch, "one").outcome, .superseded)
        },
        StoreConformance("publish_ThatRunsLate_LengthensNoLife") { scene in
            let epoch = try await scene.a.lead()
            _ = try await scene.a.begin(1, epoch, on: nil)
            try await scene.harness.advance(by: .milliseconds(80))
            // It says that the call was begun just now: true when it was sent, 80 ms before it runs.
            let reply = try await scene.a.publish(1, epoch, "one", age: .zero)
            try expect(try require(reply.record?.issue).left, atMost: .milliseconds(7_199_930))
        },
        StoreConformance("publish_IntoAWipedStore_IsAccepted_AboveTheKnownVersion") { scene in
            let epoch = try await scene.a.lead()
            _ = try await scene.a.begin(1, epoch, on: nil)
            try await scene.harness.wipe()
            let reply = try await scene.a.publish(1, epoch, "one", knownVersion: 7)
            try expect(reply.outcome, .accepted)
            try expect(reply.record?.version, 8)
            try expect(reply.record?.epoch, epoch)
            let again = try await scene.a.publish(1, epoch, "one", knownVersion: 7)
            try expect(again.record?.version, 8)
        },
        StoreConformance("publish_OfAnEarlierIntent_IntoAWipedStore_DoesNotReplaceALaterOne") { scene in
            let epoch = try await scene.a.lead()
            let open = try require(try await scene.a.begin(1, epoch, on: nil).record)
            _ = try await scene.a.begin(2, epoch, on: open)
            try await scene.harness.wipe()
            try expect(try await scene.a.publish(2, epoch, "two").outcome, .accepted)
            let late = try await scene.a.publish(1, epoch, "one")
            try expect(late.outcome, .superseded)
            try expect(late.record?.issue?.token, Token("two"))
        },
        StoreConformance("strayBegin_OfALostTerm_OpensNothing") { scene in
            let epoch = try await scene.a.lead()
            let one = try await scene.a.rotate(1, epoch, to: "one", on: nil)
            _ = try await scene.succession(to: scene.b)
            let stray = try await scene.a.begin(2, epoch, on: one)
            try expect(stray.outcome, .notHolder)
            try expect(stray.record?.event, one.event)
        },
        StoreConformance("abort_OfAnotherIntent_TouchesNothing") { scene in
            let epoch = try await scene.a.lead()
            let one = try await scene.a.rotate(1, epoch, to: "one", on: nil)
            _ = try await scene.a.begin(2, epoch, on: one)
            let open = try require(try await scene.a.begin(2, epoch, on: one).record)
            let next = try await scene.succession(to: scene.b)
            let begun = try require(try await scene.b.begin(1, next, on: open).record)
            for effect: Abortion.Effect in [.none, .unknown] {
                let late = try await scene.a.abort(2, epoch, effect, trouble: Trouble(summary: "late"))
                try expect(late.outcome, .accepted)
                try expect(late.record?.intent?.id, scene.b.intent(1))
                try expect(late.record?.event, begun.event)
                try expect(late.record?.uncertainty?.event, begun.uncertainty?.event)
                try expect(late.record?.trouble, nil)
            }
        },
        StoreConformance("lateAbort_AfterALaterTermHasCalled_LeavesUncertainItsToken") { scene in
            let epoch = try await scene.a.lead()
            let open = try require(try await scene.a.begin(1, epoch, on: nil).record)
            let next = try await scene.succession(to: scene.b)
            let two = try await scene.b.rotate(1, next, to: "two", on: open)
            try expect(two.uncertainty, nil)
            try expect(try await scene.a.abort(1, epoch, .unknown).record?.uncertainty, nil, "it had ended in time")
            let late = try require(try await scene.a.abort(1, epoch, .late).record)
            try expect(late.issue?.token, Token("two"))
            try expect(late.event > two.event, "it is news")
            try expect(late.uncertainty?.event, late.event)
            try expect(try await scene.b.rotate(2, next, to: "three", on: late).uncertainty, nil, "repaired")
        },
        StoreConformance("lateAbort_OfAnOpenIntent_LeavesUncertainAsOneOfUnknownOutcome") { scene in
            let epoch = try await scene.a.lead()
            let open = try require(try await scene.a.begin(1, epoch, on: nil).record)
            let late = try require(try await scene.a.abort(1, epoch, .late).record)
            try expect(late.intent, nil)
            try expect(late.uncertainty?.event, open.intent?.event)
            let again = try require(try await scene.a.abort(1, epoch, .late).record)
            try expect(again.event, late.event, "said twice, it is no news")
        },
        StoreConformance("abort_OfTheOwnIntent_WorksAfterTheLeaseIsLost") { scene in
            let epoch = try await scene.a.lead()
            let open = try require(try await scene.a.begin(1, epoch, on: nil).record)
            _ = try await scene.succession(to: scene.b)
            let reply = try await scene.a.abort(1, epoch, .unknown, trouble: Trouble(summary: "not noted"))
            try expect(reply.record?.intent, nil)
            try expect(reply.record?.uncertainty?.event, open.intent?.event)
            try expect(reply.record?.trouble, nil, "trouble is for the holder to note")
        },
        StoreConformance("latePut_AndLateRestore_OfALostTerm_ChangeNothing") { scene in
            let epoch = try await scene.a.lead()
            let one = try require(try await scene.a.put(epoch, "one").record)
            let next = try await scene.succession(to: scene.b)
            try expect(try await scene.a.put(epoch, "two", knownVersion: 1).outcome, .notHolder)
            var higher = one
            higher.version = 9
            higher.epoch = next
            try expect(try await scene.a.restore(epoch, higher).outcome, .notHolder)
            try expect(try await scene.b.tick().changes.map(\.event), [one.event])
        },
    ]
}
