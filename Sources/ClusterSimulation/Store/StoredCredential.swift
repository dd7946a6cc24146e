internal import KeeperCore

/// One app's record as it lies in the store: times are labels of the store's own clock.
struct StoredCredential: Hashable, Sendable {
    struct Issue: Hashable, Sendable {
        var token: Token
        var fingerprint: Fingerprint
        var life: Duration
        var expiresAt: Int64
        var publishedAt: Int64
    }

    struct Intent: Hashable, Sendable {
        var id: IntentID
        var epoch: Epoch
        var event: UInt64
        var at: Int64
    }

    struct Uncertainty: Hashable, Sendable {
        var event: UInt64
        var at: Int64
    }

    let app: AppID
    var event: UInt64 = 0
    var version: UInt64 = 0
    var epoch: Epoch = .none
    var issue: Issue?
    var previous: [Fingerprint] = []
    var intent: Intent?
    var uncertainty: Uncertainty?
    var trouble: Trouble?
    /// The intent of the last publication, which recognises its retry.
    var published: IntentID?
    /// The latest term in which an intent was ever opened.
    var lastIntentEpoch: Epoch = .none
    var rotations = 0
    var rotationsDay: Int64 = 0
    var externalRotations = 0
    var rotatedExternallyAt: Int64 = 0

    static let day: Int64 = 86_400_000_000_000

    /// What a reader sees at `now` of the store's clock.
    func reading(at now: Int64) -> CredentialRecord {
        CredentialRecord(
            app: app, event: event, version: version, epoch: epoch,
            issue: issue.map {
                CredentialRecord.Issue(
                    token: $0.token, fingerprint: $0.fingerprint, life: $0.life,
                    left: .nanoseconds($0.expiresAt - now), age: .nanoseconds(now - $0.publishedAt))
            },
            previous: previous,
            intent: intent.map {
                OpenIntent(id: $0.id, epoch: $0.epoch, event: $0.event, age: .nanoseconds(now - $0.at))
            },
            uncertainty: uncertainty.map { StoredUncertainty(event: $0.event, age: .nanoseconds(now - $0.at)) },
            trouble: trouble, rotationsToday: rotationsDay == now / Self.day ? rotations : 0,
            externalRotations: externalRotations > 0
                ? ExternalRotations(count: externalRotations, age: .nanoseconds(now - rotatedExternallyAt)) : nil)
    }

    /// Puts another token in the place of the present one.
    mutating func replaceIssue(
        token: Token, fingerprint: Fingerprint, life: Duration, left: Duration, at now: Int64
    ) {
        if let issue {
            let earlier = ([issue.fingerprint] + previous).filter { $0 != fingerprint }
            previous = Array(earlier.prefix(CredentialRecord.mostPrevious))
        }
        issue = Issue(
            token: token, fingerprint: fingerprint, life: life, expiresAt: now + left.nanoseconds, publishedAt: now)
    }

    /// Whether a token put without an intent is news; if not, nobody need hear of it.
    func learns(from putting: Putting, at now: Int64) -> Bool {
        guard let issue, issue.fingerprint == putting.fingerprint else { return true }
        let settled = [uncertainty?.event, intent?.event].contains { ($0 ?? .max) <= putting.settledEvent }
        return now + putting.left.nanoseconds > issue.expiresAt || trouble != nil || settled
    }

    mutating func countExternalRotation(at now: Int64) {
        externalRotations += 1
        rotatedExternallyAt = now
    }

    /// Turns the open intent into an uncertainty; an older uncertainty's moment stays.
    mutating func becomeUncertainByIntent() {
        guard let open = intent else { return }
        uncertainty = Uncertainty(event: open.event, at: min(open.at, uncertainty?.at ?? open.at))
        intent = nil
    }
}

extension Duration {
    /// So many nanoseconds. (The library's own takes any integer, and multiplies 128 bits digit by digit.)
    static func nanoseconds(_ nanoseconds: Int64) -> Duration {
        Duration(attoseconds: Int128(nanoseconds) * 1_000_000_000)
    }

    /// Whole nanoseconds, towards zero.
    var nanoseconds: Int64 { Int64(attoseconds / 1_000_000_000) }
}
