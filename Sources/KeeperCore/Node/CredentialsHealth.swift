/// How each app and ticket is, by its place.
///
/// Copied after every event and changed at most of them: so it is kept in pieces, of which a change copies one.
struct CredentialsHealth: Sendable {
    private static let pieceLength = 128

    /// How many apps there are, without their tickets.
    let appCount: Int
    private let names: [AppID]
    private var pieces: [[CredentialFacts]]

    /// What is found at one moment.
    struct Judgement {
        var hasAnyToken = false
        /// Whether some app that will be asked for was not yet.
        var lacksFirstAnswer = false
        /// The first `NodeHealth.mostIll`.
        var ill: [NodeHealth.Ill] = []
        /// How many apps are ill, each together with its tickets.
        var illCount = 0
    }

    /// - Parameter credentials: in the order of their places; the tickets of an app come right after it.
    init(_ credentials: [(AppID, CredentialFacts)]) {
        names = credentials.map(\.0)
        appCount = credentials.count { !$0.1.isTicket }
        pieces = stride(from: 0, to: credentials.count, by: Self.pieceLength).map { start in
            credentials[start..<min(start + Self.pieceLength, credentials.count)].map(\.1)
        }
    }

    /// What is known of one of them.
    subscript(place: Int) -> CredentialFacts {
        get { pieces[place / Self.pieceLength][place % Self.pieceLength] }
        set {
            let (piece, offset) = place.quotientAndRemainder(dividingBy: Self.pieceLength)
            if pieces[piece][offset] != newValue { pieces[piece][offset] = newValue }
        }
    }

    /// Looks at all of them.
    func judged(at now: Instant, _ awaited: AwaitedApps) -> Judgement {
        var judgement = Judgement()
        var isAppIll = false
        var place = 0
        for piece in pieces {
            for facts in piece {
                if !facts.isTicket {
                    isAppIll = false
                    judgement.hasAnyToken = judgement.hasAnyToken || now < facts.ends
                    if facts.lacksFirstAnswer, !judgement.lacksFirstAnswer {
                        judgement.lacksFirstAnswer = awaited.contains(names[place])
                    }
                }
                if !facts.isWell(at: now) {
                    if !isAppIll { judgement.illCount += 1 }
                    isAppIll = true
                    if judgement.ill.count < NodeHealth.mostIll {
                        judgement.ill.append(NodeHealth.Ill(names[place], facts, at: now))
                    }
                }
                place += 1
            }
        }
        return judgement
    }
}

extension NodeHealth.Ill {
    fileprivate init(_ app: AppID, _ facts: CredentialFacts, at now: Instant) {
        self.init(
            app: app, left: (facts.ends - now).atLeastZero, isUncertain: facts.isUncertain, errcode: facts.errcode)
    }
}
