/// Makes the refreshers of apps, and keeps what must outlive those of apps that are gone.
struct RefresherMaker: Sendable {
    /// No intent's name is given twice, and a call may be on its way yet, whoever keeps its app next; neither ever goes
    /// back.
    private(set) var forgotten = Refresher.Forgotten()
    private var random: SplitMix64

    init(random: SplitMix64) { self.random = random }

    /// A refresher that knows nothing yet.
    mutating func make(_ app: AppSettings, _ policy: RefreshPolicy, _ setup: NodeSetup) -> Refresher {
        Refresher(
            app: app, incarnation: setup.holder.incarnation, policy: policy, seed: random.next(), rules: setup.rules)
    }

    /// An app is kept no more.
    /// - Returns: until when a call of it may be processed; nil if none is on its way.
    mutating func forget(_ gone: Refresher, timing: LeaseTiming, at now: Instant) -> Instant? {
        forgotten.lastIntent = max(forgotten.lastIntent, gone.lastIntent)
        guard gone.activity.isBusy else { return nil }
        forgotten.callsUntil = max(forgotten.callsUntil, now + timing.callTimeout + timing.lateness)
        return forgotten.callsUntil
    }
}
