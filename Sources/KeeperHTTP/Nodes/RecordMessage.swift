internal import KeeperCore

/// A `CredentialRecord` on its way between nodes.
///
/// Times are whole milliseconds: life is rounded down, age up, so that no token seems to live longer for having
/// travelled.
struct RecordMessage: Codable {
    var appid: String
    var event: UInt64
    var version: UInt64
    var epoch: UInt64
    var issue: Issue?
    var previous: [String]
    var intent: Intent?
    var uncertainty: Uncertainty?
    var trouble: TroubleMessage?
    var rotationsToday: Int
    var externalRotations: ExternalRotationCount?

    struct Issue: Codable {
        var token: String
        var fingerprint: String
        var life: Int64
        var left: Int64
        var age: Int64
    }

    struct Intent: Codable {
        var id: String
        var epoch: UInt64
        var event: UInt64
        var age: Int64
    }

    struct Uncertainty: Codable {
        var event: UInt64
        var age: Int64
    }

    struct ExternalRotationCount: Codable {
        var count: Int
        var age: Int64
    }

    init(_ record: CredentialRecord) {
        appid = record.app.rawValue
        event = record.event
        version = record.version
        epoch = record.epoch.rawValue
        issue = record.issue.map { issue in
            Issue(
                token: issue.token.secret, fingerprint: issue.fingerprint.rawValue, life: issue.life.milliseconds,
                left: issue.left.milliseconds, age: issue.age.millisecondsRoundedUp)
        }
        previous = record.previous.map(\.rawValue)
        intent = record.intent.map { intent in
            Intent(
                id: intent.id.description, epoch: intent.epoch.rawValue, event: intent.event,
                age: intent.age.millisecondsRoundedUp)
        }
        uncertainty = record.uncertainty.map { Uncertainty(event: $0.event, age: $0.age.millisecondsRoundedUp) }
        trouble = record.trouble.map(TroubleMessage.init)
        rotationsToday = record.rotationsToday
        externalRotations = record.externalRotations.map {
            ExternalRotationCount(count: $0.count, age: $0.age.millisecondsRoundedUp)
        }
    }

    var record: CredentialRecord {
        CredentialRecord(
            app: AppID(appid), event: event, version: version, epoch: Epoch(epoch),
            issue: issue.map { issue in
                CredentialRecord.Issue(
                    token: Token(issue.token), fingerprint: Fingerprint(issue.fingerprint),
                    life: .milliseconds(issue.life), left: .milliseconds(issue.left), age: .milliseconds(issue.age))
            },
            previous: previous.map { Fingerprint($0) },
            intent: intent.flatMap { intent in
                IntentID(intent.id).map { id in
                    OpenIntent(
                        id: id, epoch: Epoch(intent.epoch), event: intent.event, age: .milliseconds(intent.age))
                }
            },
            uncertainty: uncertainty.map { StoredUncertainty(event: $0.event, age: .milliseconds($0.age)) },
            trouble: trouble?.trouble, rotationsToday: rotationsToday,
            externalRotations: externalRotations.map { ExternalRotations(count: $0.count, age: .milliseconds($0.age)) })
    }
}

extension Duration {
    /// Whole milliseconds, rounded up.
    fileprivate var millisecondsRoundedUp: Int64 {
        let whole = milliseconds
        return self > .milliseconds(whole) ? whole + 1 : whole
    }
}
