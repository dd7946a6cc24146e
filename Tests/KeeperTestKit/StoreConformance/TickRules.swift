import KeeperCore

extension StoreConformance {
    /// Members, changes, losses.
    static let ticks: [StoreConformance] = [
        StoreConformance("tick_OfAnEmptyStore_FindsNothing") { scene in
            let reply = try await scene.a.tick(verify: [StoreCaller.app])
            try expect(reply.lease, nil)
            try expect(reply.lockLeft, nil)
            try expect(reply.changes, [])
            try expect(reply.isComplete, true)
            try expect(reply.missing, [StoreCaller.app])
            try expect(reply.nameHolder, nil)
            try expect(!reply.position.store.isEmpty, "a store has a name")
        },
        StoreConformance("tick_ShowsEveryone_ByName_WithTheirBeat") { scene in
            let epoch = Epoch(7)
            _ = try await scene.b.tick(
                epochSeen: epoch, isDraining: true, reachability: .fit, apps: AppsDigest("000000000badcafe"))
            _ = try await scene.c.tick()
            _ = try await scene.a.tick()
            let reply = try await scene.a.tick()
            try expect(
                reply.members,
                [
                    Member(holder: scene.a.holder, beat: 2, epochSeen: .none, isDraining: false),
                    Member(
                        holder: scene.b.holder, beat: 1, epochSeen: epoch, isDraining: true, reachability: .fit,
                        apps: AppsDigest("000000000badcafe")),
                    Member(holder: scene.c.holder, beat: 1, epochSeen: .none, isDraining: false),
                ])
        },
        StoreConformance("member_Vanishes_WhenItTicksNoMore") { scene in
            _ = try await scene.b.tick(memberTTL: .milliseconds(30))
            try await scene.harness.advance(by: .milliseconds(60))
            try expect(try await scene.a.tick().members.map(\.holder), [scene.a.holder])
        },
        StoreConformance("name_IsNotTaken_WhileAnotherIncarnationStands_UnlessClaimed") { scene in
            _ = try await scene.a.tick()
            let second = try await StoreCaller(StoreScene.holder("a", start: 2), scene.harness)
            let refused = try await second.tick()
            try expect(refused.nameHolder?.holder, scene.a.holder)
            try expect(refused.members.map(\.holder), [scene.a.holder])
            let claimed = try await second.tick(claimsName: true)
            try expect(claimed.nameHolder, nil)
            try expect(claimed.members, [Member(holder: second.holder, beat: 1, epochSeen: .none, isDraining: false)])
            try expect(try await scene.a.tick().nameHolder?.holder, second.holder, "the first sees that it lost")
        },
        StoreConformance("leave_RemovesTheCallersOwnRecord_Only") { scene in
            _ = try await scene.a.tick()
            _ = try await scene.b.tick()
            let second = try await StoreCaller(StoreScene.holder("a", start: 2), scene.harness)
            try expect(try await second.perform(.leave), .done)
            try expect(try await scene.b.tick().members.count, 2, "another incarnation's record stays")
            try expect(try await scene.a.perform(.leave), .done)
            try expect(try await scene.b.tick().members.map(\.holder), [scene.b.holder])
        },
        StoreConformance("tick_BringsOnlyWhatChanged_AndNothingTwice") { scene in
            let epoch = try await scene.a.lead()
            for number in 0..<3 { _ = try await scene.a.put(epoch, "one", app: AppID("wx\(number)")) }
            let all = try await scene.b.tick()
            try expect(all.startsOver, true)
            try expect(all.changes.map(\.app), [AppID("wx0"), AppID("wx1"), AppID("wx2")])
            try expect(try await scene.b.tick(from: all.position).changes, [])
            _ = try await scene.a.put(epoch, "two", knownVersion: 1, app: AppID("wx1"))
            _ = try await scene.a.put(epoch, "three", knownVersion: 2, app: AppID("wx1"))
            let news = try await scene.b.tick(from: all.position)
            try expect(news.startsOver, false)
            try expect(news.changes.map(\.app), [AppID("wx1")])
            try expect(news.changes.first?.version, 3)
            try expect(news.changes.first?.event, news.position.event)
            try expect(news.position.store, all.position.store)
            try expect(try await scene.b.tick(from: news.position).changes, [])
        },
        StoreConformance("tick_OfThreeThousandApps_ComesInPieces_OldestChangeFirst") { scene in
            let count = 3000
            let epoch = try await scene.a.lead()
            try await withThrowingDiscardingTaskGroup { group in
                for lane in 0..<16 {
                    group.addTask {
                        for number in stride(from: lane, to: count, by: 16) {
                            let reply = try await scene.a.put(epoch, "t", app: AppID("wx\(number)"))
                            try expect(reply.outcome, .accepted)
                        }
                    }
                }
            }
            var events: [UInt64] = []
            var apps: Set<AppID> = []
            var reply = try await scene.b.tick()
            var pieces = 1
            while true {
                try expect(reply.changes.count <= Tick.mostChanges, "too many at once")
                try expect(reply.isComplete, events.count + reply.changes.count == count)
                events += reply.changes.map(\.event)
                apps.formUnion(reply.changes.map(\.app))
                if reply.isComplete { break }
                reply = try await scene.b.tick(from: reply.position)
                try expect(reply.startsOver, false)
                pieces += 1
            }
            try expect(pieces, (count + Tick.mostChanges - 1) / Tick.mostChanges)
            try expect(apps.count, count)
            try expect(zip(events, events.dropFirst()).allSatisfy(<), "not in the order of their events")
            _ = try await scene.a.put(epoch, "u", knownVersion: 1, app: AppID("wx17"))
            try expect(try await scene.b.tick(from: reply.position).changes.map(\.app), [AppID("wx17")])
        },
        StoreConformance("deletedRecord_IsMissed_AndComesBack") { scene in
            let epoch = try await scene.a.lead()
            let record = try require(try await scene.a.put(epoch, "one").record)
            let other = AppID("wx-other")
            _ = try await scene.a.put(epoch, "other", app: other)
            let before = try await scene.b.tick(verify: [StoreCaller.app, other])
            try expect(before.missing, [])
            try await scene.harness.removeRecord(of: StoreCaller.app)
            let after = try await scene.b.tick(from: before.position, verify: [StoreCaller.app, other])
            try expect(after.missing, [StoreCaller.app])
            try expect(after.changes, [])
            try expect(after.startsOver, false)
            try expect(try await scene.c.tick().changes.map(\.app), [other], "a newcomer is not told of it")
            try expect(try await scene.a.restore(epoch, record).outcome, .accepted)
            let again = try await scene.b.tick(from: after.position, verify: [StoreCaller.app, other])
            try expect(again.missing, [])
            try expect(again.changes.map(\.app), [StoreCaller.app])
        },
        StoreConformance("spoiledRecord_CountsAsLost_IsNamed_AndIsWrittenAnew") { scene in
            let other = AppID("wxother")
            let epoch = try await scene.a.lead()
            let known = try require(try await scene.a.put(epoch, "one").record)
            _ = try await scene.a.put(epoch, "two", app: other)
            try await scene.harness.spoilRecord(of: StoreCaller.app)
            let found = try await scene.b.tick(verify: [StoreCaller.app, other])
            try expect(found.missing, [StoreCaller.app])
            try expect(Set(found.spoiled), [Spoilage(key: "tok:\(StoreCaller.app)", field: "version")])
            try expect(found.changes.map(\.app), [other])
            let refused = try await scene.a.put(epoch, "three", knownVersion: known.version)
            try expect(refused.outcome, .changed)
            try expect(refused.record, nil)
            try expect(try await scene.a.restore(epoch, known).outcome, .accepted)
            _ = try await scene.b.tick()
            let after = try await scene.b.tick(from: found.position, verify: [StoreCaller.app, other])
            try expect(after.missing, [])
            try expect(after.spoiled, [])
            try expect(after.changes.first?.issue?.token, Token("one"))
        },
        StoreConformance("spoiledLease_CountsAsLost_AndIsNamed") { scene in
            let epoch = try await scene.a.lead()
            try await scene.harness.spoilLease()
            let found = try await scene.b.tick()
            try expect(found.lease, nil)
            try expect(Set(found.spoiled), [Spoilage(key: "lease", field: "epoch")])
            try expect(try await scene.a.renew(epoch), .denied(nil))
            guard case .granted(let next, let previous, _) = try await scene.b.acquire(highestEpochSeen: epoch.rawValue)
            else {
                throw Nonconformance(description: "a lease without a record was not granted")
            }
            try expect(next > epoch, "an epoch was used twice")
            try expect(previous, nil, "nothing in a spoiled record is believed")
            _ = try await scene.b.tick()
            try expect(try await scene.b.tick().spoiled, [])
        },
        StoreConformance("wipedStore_HasANewName_AndStartsOver") { scene in
            let epoch = try await scene.a.lead()
            _ = try await scene.a.put(epoch, "one")
            let before = try await scene.b.tick()
            try await scene.harness.wipe()
            let after = try await scene.b.tick(from: before.position, verify: [StoreCaller.app])
            try expect(after.position.store != before.position.store, "the wiped store kept its name")
            try expect(after.startsOver, true)
            try expect(after.changes, [])
            try expect(after.missing, [StoreCaller.app])
            try expect(after.lease, nil)
            try expect(after.members.map(\.holder), [scene.b.holder])
            let next = try await scene.a.lead(highestEpochSeen: epoch.rawValue)
            try expect(next > epoch, "epochs went back")
            let reply = try await scene.a.put(next, "one")
            try expect(reply.store, after.position.store, "replies about credentials name the same store")
        },
        StoreConformance("positionAheadOfTheStore_StartsOver") { scene in
            let epoch = try await scene.a.lead()
            _ = try await scene.a.put(epoch, "one")
            let known = try await scene.b.tick().position
            let ahead = StorePosition(store: known.store, event: known.event + 100)
            let reply = try await scene.b.tick(from: ahead)
            try expect(reply.startsOver, true)
            try expect(reply.changes.count, 1)
        },
    ]
}
