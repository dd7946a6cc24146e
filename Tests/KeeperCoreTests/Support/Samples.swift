@testable import KeeperCore

extension AppID {
    /// The app of most scenarios.
    static let wx1 = AppID("wx1")
}

/// Shorthands for the people and things of these scenarios.
extension LeaseHolder {
    static func node(_ name: String, start: Int = 1) -> LeaseHolder {
        LeaseHolder(
            node: NodeName(name), incarnation: Incarnation("\(name)#\(start)"), address: "http://\(name):8080")
    }

    static let n1 = LeaseHolder.node("n1")
    static let n2 = LeaseHolder.node("n2")
    static let n3 = LeaseHolder.node("n3")
}

extension Fingerprint {
    /// What the node under test makes of a token.
    init(of token: Token) { self.init("fp-\(token.secret)") }
}

extension Credential {
    static func sample(
        version: UInt64 = 1, epoch: UInt64 = 1, token: String = "t1", life: Duration = .seconds(7200),
        expiresAt: Instant = .seconds(7200), issuedAt: Instant = .origin
    ) -> Credential {
        Credential(
            app: .wx1, version: version, epoch: Epoch(epoch), token: Token(token),
            fingerprint: Fingerprint(of: Token(token)), life: life, expiresAt: expiresAt, issuedAt: issuedAt)
    }
}

extension CredentialRecord {
    static func sample(
        event: UInt64 = 1, version: UInt64 = 1, epoch: UInt64 = 1, token: String? = "t1",
        life: Duration = .seconds(7200), left: Duration? = nil, age: Duration = .seconds(1),
        previous: [String] = [], intent: OpenIntent? = nil, uncertainty: StoredUncertainty? = nil
    ) -> CredentialRecord {
        CredentialRecord(
            app: .wx1, event: event, version: version, epoch: Epoch(epoch),
            issue: token.map { token in
                Issue(
                    token: Token(token), fingerprint: Fingerprint(of: Token(token)), life: life,
                    left: left ?? life - age, age: age)
            },
            previous: previous.map { Fingerprint(of: Token($0)) }, intent: intent, uncertainty: uncertainty)
    }
}

extension Member {
    static func living(_ holder: LeaseHolder, beat: UInt64 = 1) -> Member {
        Member(holder: holder, beat: beat, epochSeen: .none, isDraining: false)
    }
}

extension Trouble {
    static let busy = Trouble(errcode: -1, summary: "system error")
    static let wrongSecret = Trouble(errcode: 40125, summary: "invalid appsecret")
    static let noAnswer = Trouble(summary: "no answer in time")
}

extension LeaseTiming {
    /// The defaults, which most tests use.
    static let standard: LeaseTiming = {
        do { return try LeaseTiming() } catch { preconditionFailure("the defaults must be sound: \(error)") }
    }()
}
