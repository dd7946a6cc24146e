import KeeperCore

// Redis: emptied, and away.
extension Transcript {
    static let store = [emptyRedis, outage]

    private static let emptyRedis = Transcript(
        name: "empty-redis", title: "Redis is emptied while the cluster runs",
        look: """
            Somebody runs FLUSHALL. n1's lease is gone with everything else, so it takes a new one, above every
            epoch that is known, and writes t1 back from its memory. Rotating calls must wait the full quiet period,
            since Redis may have forgotten another leader; none is needed. WeChat is not called, and every node
            serves t1 all the time.
            """
    ) {
        var scene = Scene.running()
        scene.pass(1)
        scene.heading("FLUSHALL.")
        scene.wipeRedis()
        scene.pass(12)
        return scene
    }

    private static let outage = Transcript(
        name: "outage", title: "Redis is away for ten seconds",
        look: """
            Nobody can renew. n1 stops leading by its own clock, 5.7 s after it sent its last renewal, and nobody
            else can take the lease. All three serve t1 from memory and ask each other whether it is still the
            newest. The caller who reports t1 is held: nobody may replace a token without Redis. When Redis is back,
            n2 asks first. It saw n1's last renewal ten seconds ago, so it has nothing to wait for, and the caller
            is answered.
            """
    ) {
        var scene = Scene.running()
        scene.pass(1)
        scene.heading("Redis refuses every connection.")
        scene.isRedisAway = true
        scene.pass(6.5)
        scene.heading("A caller at n2 says that WeChat refused t1 (which lives).")
        scene.report(1, at: "n2")
        scene.pass(3.5)
        scene.heading("Redis is back, with all it knew.")
        scene.isRedisAway = false
        scene.pass(4)
        return scene
    }
}
