import KeeperCore

// The lease: who leads, and how that changes.
extension Transcript {
    static let cluster = [start, takeover, handover, leaving, frozenLeader, lostGrant]

    private static let start = Transcript(
        name: "start", title: "Three nodes start, Redis is empty",
        look: """
            n1 asks first and gets the lease. Redis knows of no earlier term, and it may have forgotten one that is
            still alive. So n1 waits the full quiet period, 6.3 s for the lease and 2 s for a late call, before it
            calls WeChat. The call is announced (begin), made, and published under that announcement. n2 and n3 hear
            from Redis that something has changed, read t1 and serve it.
            """
    ) {
        var scene = Scene()
        scene.openPage()
        scene.heading("Three processes start, one a second.")
        for name in ["n1", "n2", "n3"] {
            scene.start(name)
            scene.pass(1)
        }
        scene.pass(12)
        return scene
    }

    private static let takeover = Transcript(
        name: "takeover", title: "The machine of the leader is lost",
        look: """
            n1 is gone without a word. Its lock in Redis runs out at most 6 s after its last renewal; then another
            node takes the lease. It has watched n1's last renewal all the time, so it knows when n1's lease is over
            by every clock, and needs to wait only a little longer. The caller who asks meanwhile is held, not
            refused. The new leader may ask WeChat about t1 at once, for that replaces nothing; the rotating call
            waits for the quiet period.
            """
    ) {
        var scene = Scene.running()
        scene.pass(1)
        scene.heading("n1's machine is lost.")
        scene.kill("n1")
        scene.pass(2)
        scene.heading("WeChat takes t1 back. A caller is refused with t1 and says so, at n3.")
        scene.revokeToken()
        scene.report(1, at: "n3")
        scene.pass(10)
        return scene
    }

    private static let handover = Transcript(
        name: "hand-over", title: "An operator hands the lease over",
        look: """
            n1 has no call under way, so nothing is left to wait for: it writes 0.0 s into the release and names its
            successor. n3 takes the lease when Redis's hint tells it, 3 ms later, and may call WeChat at once. n2
            hears the same and keeps back, because it is not the node named.
            """
    ) {
        var scene = Scene.running()
        scene.pass(1)
        scene.heading("An operator asks n1 to hand over to n3.")
        scene.order(.handoverAsked(to: NodeName("n3")), at: "n1")
        scene.pass(4)
        return scene
    }

    private static let leaving = Transcript(
        name: "leaving", title: "The leader is told to end while it calls WeChat",
        look: """
            n1 finishes the call it has begun and publishes t2; only then it gives the lease up. Nobody is refused
            meanwhile, and its successor has nothing to wait for.
            """
    ) {
        var scene = Scene.running()
        scene.pass(1)
        scene.heading("WeChat takes t1 back, and a caller at n1 says so.")
        scene.revokeToken()
        scene.report(1, at: "n1")
        scene.pass(0.2)
        scene.heading("SIGTERM for n1.")
        scene.order(.leaveAsked, at: "n1")
        scene.pass(3)
        return scene
    }

    private static let frozenLeader = Transcript(
        name: "frozen-leader", title: "The leader stands still in the middle of a call",
        look: """
            n1 is frozen after WeChat has issued t2 and before it can publish it. Its intent stays open in Redis, so
            n2, the next leader, knows that t1 may not be the newest token. It waits 2 s longer and fetches t3. When
            n1 wakes, its lease is over by its own clock: it leads no more before it does anything else. Its call
            has ended so late that WeChat may have obeyed it after n2's. It says so (effect late), t3 becomes
            uncertain, and n2 fetches t4. t2 is never published.
            """
    ) {
        var scene = Scene.running()
        scene.pass(1)
        scene.heading("WeChat takes t1 back, and a caller at n1 says so.")
        scene.revokeToken()
        scene.report(1, at: "n1")
        scene.pass(0.27)
        scene.heading("n1 stands still, for 15 s.")
        scene.freeze("n1")
        scene.pass(15)
        scene.heading("n1 goes on.")
        scene.thaw("n1")
        scene.pass(3)
        return scene
    }

    private static let lostGrant = Transcript(
        name: "lost-grant", title: "Redis grants the lease and the answer gets lost",
        look: """
            n1 has just started and cannot know that it leads epoch 100 already. Redis tells it when it asks again
            ("is yours already"). But the record that the lost grant replaced was seen by nobody. So n1 counts the
            worst: the full quiet period from now.
            """
    ) {
        var scene = Scene()
        scene.openPage()
        scene.losesAnswer = { if case .lease(.acquire) = $0 { true } else { false } }
        scene.heading("n1 starts; the answer to its first acquire gets lost.")
        scene.start("n1")
        scene.pass(11)
        return scene
    }
}
