/// How soon a token is replaced that a program outside the cluster has ended.
///
/// Two programs that fetch tokens for one app end each other's for ever, and with every repair of ours the other one's
/// users suffer. So from the third time within ten minutes on, each repair waits twice as long as the one before.
struct OverwritePace: Sendable {
    /// Within this time, and twice the last pause, the third overwrite makes us slower.
    static let window = Duration.seconds(600)

    /// The pause before the next repair; zero while nothing suggests a duel.
    private(set) var pause = Duration.zero
    private var recent: [Instant] = []

    /// Notices an overwrite of a token that was given this life.
    mutating func note(at now: Instant, life: Duration) {
        // Our own pauses, the last and the one half as long before it, do not end a duel.
        recent.removeAll { now - $0 > Self.window + pause * 2 }
        recent.append(now)
        guard recent.count > 2 else { return pause = .zero }
        pause = pause == .zero ? min(.seconds(30), life / 240) : min(pause * 2, life / 4)
    }
}
