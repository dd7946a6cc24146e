/// When a credential is fetched: every figure of the schedule, as pure functions of the life WeChat gave.
///
/// Nothing here assumes two hours; a life of 20 s works as well. How soon those who are sent away may ask again says
/// `RetryHint`. A class, for all apps share one.
final class RefreshPolicy: Sendable {
    let timing: LeaseTiming
    /// How long WeChat keeps the previous token (G).
    let overlap: Duration
    /// How often a classic token is watched; zero: never.
    let watchPeriod: Duration
    /// How long it takes to ask about every app once, at the pace of watches.
    let crowd: Duration

    init(_ settings: NodeSettings) {
        timing = settings.timing
        overlap = settings.overlap
        usableOverlap = settings.usableOverlap
        // One cluster makes at most so many watch calls a second: with many apps the period stretches.
        crowd = Duration.seconds(1) * settings.apps.count / NodeSettings.watchCallsPerSecond
        watchPeriod = settings.watchPeriod == .zero ? .zero : max(settings.watchPeriod, crowd)
    }

    /// The store says that something has changed: so soon the plan is looked at again, by when that is known here.
    static let pauseAfterChange: Duration = .milliseconds(50)
    /// The life for whose tokens WeChat's daily quota is meant.
    static let budgetedLife: Duration = .seconds(7200)

    /// After a loss or an outage of the store the others must have had so much time to register before they are asked.
    var registration: Duration { timing.tickPeriod * 3 }

    /// How long an uncertain token surely lives on (G′).
    let usableOverlap: Duration

    /// When a token is due: at half its life, give or take a tenth of that, as `chance` in 0..<1 says.
    func due(_ credential: Credential, line: CredentialLine, chance: Double) -> Instant {
        switch line {
        case .classic: credential.expiresAt - credential.life.scaled(by: 0.55 - 0.1 * chance)
        case .stable, .wecom: credential.expiresAt - stableWindow(life: credential.life)
        case .ticket: credential.expiresAt - Self.ticketTrust(life: credential.life)
        }
    }

    /// How often WeChat is asked whether a ticket is still the same, while its end is near or not known: every five
    /// minutes if it is said to live for two hours.
    static func ticketPause(life: Duration) -> Duration {
        max(.milliseconds(250), min(.seconds(300), life / 24))
    }

    /// How long a ticket is relied upon after WeChat has named it: two questions may fail.
    ///
    /// What WeChat says of its life is not to be trusted, for it says the same as late as a minute before the end.
    static func ticketTrust(life: Duration) -> Duration { ticketPause(life: life) * 2 }

    /// The end of the life of a ticket that WeChat has named in answer to a question asked at `moment`.
    ///
    /// Its two hours are counted from before it took another's place; if that was not seen, they prove nothing.
    func ticketEnd(
        namedAt moment: Instant, knownEnd: Instant?, replacedAfter: Instant?, life: Duration
    ) -> Instant {
        let trusted = moment + min(Self.ticketTrust(life: life), life)
        return max(trusted, max(knownEnd ?? trusted, replacedAfter.map { $0 + life } ?? trusted))
    }

    /// A stable token cannot be renewed before WeChat's window opens, `overlap` before its end; five seconds (or a
    /// sixtieth of the window) later the first question has an answer.
    func stableWindow(life: Duration) -> Duration { min(overlap, life / 2).scaled(by: 59.0 / 60) }

    /// Pause between two questions while a line that rotates nothing still answers with what we have (20 s of a token's
    /// two hours).
    func confirmationPause(_ line: CredentialLine, life: Duration) -> Duration {
        if line.isTicket { return Self.ticketPause(life: life) }
        return min(max(stableWindow(life: life) / 15, .milliseconds(250)), .seconds(20))
    }

    /// Pause after a call that should rotate and brought what we have: the spacing of rotations (300 s of a token's two
    /// hours), but where every try counts no longer than where a call rotates nothing.
    func pauseAfterKnownToken(_ kind: CallKind, _ line: CredentialLine, life: Duration, isUrgent: Bool) -> Duration {
        let shortest = confirmationPause(line, life: life)
        return isUrgent || kind != .classic ? shortest : max(shortest, spacing(life: life, kind: kind))
    }

    /// Whether an end of life that WeChat names differs so much from the one known that it is written down: five
    /// seconds, or less in a life of less than ten minutes.
    func isNews(_ difference: Duration, life: Duration) -> Bool { difference > min(.seconds(5), life / 120) }

    /// Least time between a publication and the rotation after it that somebody asks for.
    func deadTokenSpacing(life: Duration) -> Duration { min(.seconds(10), life / 20) }

    /// Least time between a publication and replacing a good token: only "new and old" are promised to live, so a third
    /// within the overlap may kill the one that clients hold.
    func spacing(life: Duration, kind: CallKind) -> Duration {
        max(min(overlap, life / 8), kind == .stableForced ? .seconds(30) : .zero)
    }

    /// Pause after the `failures`th failure in a row (1, 2, 4 … 30 s), with full jitter above a tenth.
    func backOff(failures: Int, life: Duration?, isUrgent: Bool, chance: Double) -> Duration {
        let most = isUrgent ? part(720, of: life, atMost: .seconds(10)) : part(240, of: life, atMost: .seconds(30))
        let full = min(max(.seconds(1), most), .seconds(1) * (1 << min(max(failures - 1, 0), 5)))
        return full.scaled(by: 0.1 + 0.9 * chance)
    }

    /// How soon to try again after WeChat refused.
    func pause(after reaction: Refusal.Reaction) -> Duration? {
        switch reaction {
        case .backOff: nil
        case .nextMinute: .seconds(62)
        case .slowly: .seconds(120)
        case .pause(let duration): duration
        case .stop: .seconds(3600)
        }
    }

    /// Whether so little is left that every try counts.
    func isUrgent(left: Duration, life: Duration) -> Bool { left < life / 24 }

    /// Refusals of a watched token within this time of its issue prove nothing.
    func watchGrace(life: Duration) -> Duration { min(.seconds(10), life / 12) }

    /// How soon a question about a token found in the store is asked again that had no answer.
    func proofPause(life: Duration) -> Duration { max(min(.seconds(10), life / 40), crowd) }

    /// Pause between the two refusals that a watch needs.
    func watchConfirmation(life: Duration) -> Duration { min(.seconds(3), life / 40) }

    /// How long WeChat's word that a token lives answers everybody who reports it.
    func verdictHolds(life: Duration) -> Duration { min(.seconds(2), life / 60) }

    /// How many questions reports may cost: with the watch's some 11 500 a day.
    func questions(life: Duration) -> Allowance.Rate {
        Allowance.Rate(burst: 100, interval: min(.seconds(10), life / 60))
    }

    /// How soon WeChat is asked whether a token lives once it has refused that question.
    ///
    /// Never so late as tomorrow: a quota may be cleared at any time.
    func questionPause(after reaction: Refusal.Reaction) -> Duration {
        if case .nextMinute = reaction { return .seconds(62) }
        return .seconds(300)
    }

    /// What makes a token dead on its users' word while WeChat cannot be asked: a report that stands for 6 s; for 15 s
    /// if the token was published a short while ago, and for 3 s if external programs are known to end ours.
    func presumption(
        life: Duration, kind: CallKind, isYoung: Bool, expectsExternalRotations: Bool, notBefore: Instant
    ) -> Inquiry.Conditions {
        let spacing = spacing(life: life, kind: kind)
        let standsFor = watchConfirmation(life: life) * (expectsExternalRotations ? 1 : isYoung ? 5 : 2)
        // Whatever the spacing, a report is not forgotten before it can count.
        return Inquiry.Conditions(
            standsFor: standsFor, spacing: expectsExternalRotations ? .zero : spacing,
            memory: max(spacing, standsFor * 4),
            notBefore: notBefore)
    }

    /// An external program that has ended a token so short a time ago is still expected, and told of.
    func externalRotationRemembered(life: Duration?) -> Duration { part(12, of: life, atMost: .seconds(600)) }

    /// A part of a token's life; of one that is not known the most.
    private func part(_ parts: Int, of life: Duration?, atMost most: Duration) -> Duration {
        life.map { min(most, $0 / parts) } ?? most
    }

    /// Most rotations in a day of tokens that are not due; more where they live shorter than `budgetedLife`, for then
    /// more are due.
    func dailyBudget(_ kind: CallKind, life: Duration?) -> Int {
        guard kind != .stableForced else { return NodeSettings.forcedDailyBudget }
        let shortness = life.map { max(1, Self.budgetedLife.inSeconds / max(1, $0.inSeconds)) } ?? 1
        return Int(Double(NodeSettings.classicDailyBudget) * shortness)
    }

    /// How soon tokens are replaced that were ended from outside: a hundred without a rest, then one in 58 s.
    ///
    /// In any 24 hours that is 1590 at most, so the day's budget is not used up by them, nor what those need that are
    /// due.
    func repairs(life: Duration) -> Allowance.Rate {
        Allowance.Rate(burst: 100, interval: min(.seconds(58), life / 120))
    }
}
