import KeeperCore

// Tokens and tickets: when they are replaced, and when not.
extension Transcript {
    static let tokens = [due, wrongReport, stampede, lostAnswer, externalRotation, ticket]

    private static let due = Transcript(
        name: "due", title: "A token's time has come",
        look: """
            The everyday case. At half of t1's life (give or take a tenth) the leader announces a call, makes it and
            publishes t2. t1 lives on for five minutes at WeChat, so whoever still holds it has time.
            """
    ) {
        var scene = Scene.running()
        scene.pass(atMost: 7200) { $0.tokensIssued > 1 }
        scene.pass(1)
        return scene
    }

    private static let wrongReport = Transcript(
        name: "wrong-report", title: "A caller reports a token that lives",
        look: """
            The report reaches the leader, which asks WeChat about t1 with one cheap call before it replaces
            anything. WeChat accepts t1, so t1 stays and the caller is told "still valid". The second report, a
            moment later, is answered by that same verdict and costs WeChat nothing. Whoever reports an old token
            gets the current one.
            """
    ) {
        var scene = Scene.running()
        scene.pass(1)
        scene.heading("A caller at n2 says that WeChat refused t1.")
        scene.report(1, at: "n2")
        scene.pass(1)
        scene.heading("Another one says the same at n1.")
        scene.report(1, at: "n1")
        scene.pass(4)
        scene.heading("WeChat takes t1 back, and a caller at n1 says so.")
        scene.revokeToken()
        scene.report(1, at: "n1")
        scene.pass(2)
        scene.heading("Somebody at n3 still has t1 and reports it now.")
        scene.report(1, at: "n3")
        scene.pass(1)
        return scene
    }

    private static let stampede = Transcript(
        name: "stampede", title: "Thirty callers report one dead token at once",
        look: """
            Ten callers at each of three nodes. n2 and n3 forward; n1 asks WeChat about t1 once, announces one call
            and makes one call. All thirty get t2 from that one call.
            """
    ) {
        var scene = Scene.running()
        scene.pass(20)
        scene.heading("WeChat takes t1 back. Thirty callers notice.")
        scene.revokeToken()
        for name in ["n1", "n2", "n3"] { for _ in 0..<10 { scene.report(1, at: name) } }
        scene.pass(2)
        return scene
    }

    private static let lostAnswer = Transcript(
        name: "lost-answer", title: "WeChat obeys a call and its answer gets lost",
        look: """
            n1 cannot know whether WeChat has issued a token. It says so in Redis: the outcome is unknown and t1 is
            uncertain from the moment of the call. It waits δ = 2 s, in which WeChat may still be late, and fetches
            again. Only the publication of a later call ends the uncertainty.
            """
    ) {
        var scene = Scene.running()
        scene.pass(20)
        scene.heading("WeChat takes t1 back, and a caller at n1 says so. WeChat's answer to the next call gets lost.")
        scene.revokeToken()
        scene.losesNextCall = true
        scene.report(1, at: "n1")
        scene.pass(8)
        return scene
    }

    private static let externalRotation = Transcript(
        name: "external-rotation", title: "Another program fetches a token",
        look: """
            A program that is none of ours fetches t2, which ends t1 five minutes later. The leader asks WeChat
            about its token every 30 s. Two refusals in a row are a verdict: t1 is dead although nobody here
            replaced it. That is logged as an error, and t1 is replaced.
            """
    ) {
        var scene = Scene.running(watchPeriod: .seconds(30))
        scene.pass(1)
        scene.heading("Another program calls WeChat with the same AppSecret.")
        scene.externalProgramFetches()
        scene.pass(340)
        return scene
    }

    private static let ticket = Transcript(
        name: "ticket-of-unknown-age", title: "A ticket of unknown age",
        look: """
            WeChat answers every question for a ticket with the same one and says 7200 s, however little it has
            left. Nobody has seen k1 begin, so n1 promises 10 minutes and asks again every 5. Then WeChat replaces
            k1 by k2. n1 has seen that, so it counts k2's two hours from the last time it saw k1.
            """
    ) {
        var scene = Scene(ticket: .jsapi)
        for name in ["n1", "n2"] { scene.start(name) }
        scene.pass(atMost: 60) { $0.tokensIssued > 0 }
        scene.openPage()
        scene.heading("WeChat has just issued the first token.")
        scene.pass(700)
        scene.heading("WeChat replaces the ticket.")
        scene.renewTicket()
        scene.pass(600)
        return scene
    }
}
