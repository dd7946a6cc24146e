import KeeperCore
import KeeperPorts
import Testing

@testable import KeeperNode

/// What the read path says: which token, whether it is stale, and whose a token is that somebody shows.
@Suite struct ReadTableTests {
    private let overlap = Duration.seconds(300)
    private let wx2 = AppID("wx2")

    private func table() -> ReadTable { ReadTable(apps: [.wx1, wx2, AppID.wx1.ticket(.jsapi)], overlap: overlap) }

    private func served(
        _ token: String, of app: AppID = .wx1, version: UInt64 = 1, expiresAt: Instant = .seconds(7200)
    ) -> ServedCredential {
        ServedCredential(
            credential: Credential(
                app: app, version: version, epoch: Epoch(4), token: Token(token),
                fingerprint: Fingerprint(of: Token(token)), life: .seconds(7200), expiresAt: expiresAt,
                issuedAt: .origin))
    }

    /// The node has looked at something, and was in step with the store at that moment.
    private func turn(_ table: ReadTable, at now: Instant, confirmedAt: Instant?) {
        table.turned(at: now, confirmedAt: confirmedAt, gate: .closed, isDraining: false)
    }

    private func isStale(_ reading: TokenReading) -> Bool? {
        if case .token(_, _, let isStale) = reading { isStale } else { nil }
    }

    // MARK: Stale

    @Test func token_IsStale_OnceTheConfirmationIsOlderThanFiveSeconds() {
        let table = table()
        table.serve(.wx1, served("t1"), at: .seconds(10))
        #expect(isStale(table.read(.wx1, at: .seconds(10))) == true, "nothing was ever confirmed")
        turn(table, at: .seconds(11), confirmedAt: .seconds(10))
        #expect(isStale(table.read(.wx1, at: .seconds(15))) == false)
        #expect(isStale(table.read(.wx1, at: .seconds(15.001))) == true)
        turn(table, at: .seconds(20), confirmedAt: .seconds(19))
        #expect(isStale(table.read(.wx1, at: .seconds(24))) == false)
        // A cold node confirms nothing, whenever it has last heard of the store.
        turn(table, at: .seconds(21), confirmedAt: nil)
        #expect(isStale(table.read(.wx1, at: .seconds(21))) == true)
    }

    @Test func tokenUncertain_IsStale_OnceNothingIsPromisedAnyMore() {
        let table = table()
        var unclear = served("t1")
        unclear.promisedUntil = .seconds(100)
        table.serve(.wx1, unclear, at: .seconds(10))
        turn(table, at: .seconds(99), confirmedAt: .seconds(99))
        #expect(isStale(table.read(.wx1, at: .seconds(99))) == false)
        turn(table, at: .seconds(101), confirmedAt: .seconds(101))
        #expect(isStale(table.read(.wx1, at: .seconds(101))) == true)
    }

    @Test func tokenThatIsOver_IsNone() {
        let table = table()
        table.serve(.wx1, served("t1", expiresAt: .seconds(100)), at: .seconds(10))
        #expect(isStale(table.read(.wx1, at: .seconds(98))) != nil)
        #expect(table.read(.wx1, at: .seconds(100)) == .none)
        #expect(table.read(AppID("stranger"), at: .seconds(1)) == .unknownApp)
    }

    // MARK: How long it stays so

    /// The node takes the moment at the beginning of a turn, and a caller's may be later before the turn has ended.
    @Test func tokenThatWasCalledStale_IsAnother_OnceItIsNot_ThoughTheTurnBeganBefore() {
        let table = table()
        table.serve(.wx1, served("t1"), at: .seconds(10))
        turn(table, at: .seconds(10), confirmedAt: .seconds(10))
        #expect(isStale(table.read(.wx1, at: .seconds(15.001))) == true)
        let generation = table.generation
        turn(table, at: .seconds(14.999), confirmedAt: .seconds(14.999))
        #expect(table.generation != generation)
        #expect(isStale(table.read(.wx1, at: .seconds(15.002))) == false)
        // Nobody was told so since, and nothing else has changed.
        let next = table.generation
        turn(table, at: .seconds(15.5), confirmedAt: .seconds(15.5))
        #expect(table.generation == next)
    }

    /// Whoever keeps a reading until `until`, as long as the generation is the same, tells what everybody is told.
    @Test func readingThatIsKept_IsTheOneThatWouldBeRead() {
        var random = SplitMix64(seed: 7)
        for _ in 0..<400 {
            let table = table()
            var now = Instant.seconds(10)
            var kept: (reading: TokenReading, until: Instant, generation: UInt64)?
            var keptOften = 0
            for _ in 0..<200 {
                now = now + .milliseconds(Int.random(in: 1...900, using: &random))
                switch Int.random(in: 0..<12, using: &random) {
                case 0: table.keep(Bool.random(using: &random) ? [.wx1] : [wx2])
                case 1: table.keep([.wx1, wx2])
                case 2: table.serve(.wx1, nil, at: now)
                case 3...4:
                    let left = Duration.milliseconds(Int.random(in: -500...9000, using: &random))
                    var next = served("t\(Int.random(in: 0...3, using: &random))", expiresAt: now + left)
                    let promised = Duration.milliseconds(Int.random(in: -2000...9000, using: &random))
                    if Bool.random(using: &random) { next.promisedUntil = now + promised }
                    table.serve(.wx1, next, at: now)
                case 5...6:
                    let age = Duration.milliseconds(Int.random(in: 0...8000, using: &random))
                    // The turn may have begun before the last caller came.
                    let moment = now - .milliseconds(Int.random(in: 0...300, using: &random))
                    turn(table, at: moment, confirmedAt: Bool.random(using: &random) ? moment - age : nil)
                default: break
                }
                if let kept, now < kept.until, kept.generation == table.generation {
                    keptOften += 1
                    #expect(kept.reading == table.read(.wx1, at: now))
                } else {
                    let generation = table.generation
                    let (reading, until) = table.lastingRead(.wx1, at: now)
                    #expect(until <= now + .seconds(1))
                    kept = (reading, until, generation)
                }
            }
            #expect(keptOften > 0)
        }
    }

    @Test func generation_IsAnother_WhenTheNodeBeginsToLeave_AndNotWithEachTurn() {
        let table = table()
        table.serve(.wx1, served("t1"), at: .seconds(10))
        turn(table, at: .seconds(11), confirmedAt: .seconds(10))
        let generation = table.generation
        for second in 12...20 { turn(table, at: .seconds(Double(second)), confirmedAt: .seconds(Double(second) - 1)) }
        table.serve(.wx1, served("t1"), at: .seconds(21))
        #expect(table.generation == generation)
        table.turned(at: .seconds(21), confirmedAt: .seconds(20), gate: .closed, isDraining: true)
        #expect(table.generation != generation)
    }

    // MARK: Whose token it is

    @Test func replacedToken_NamesItsOwner_AsLongAsWeChatTakesIt() {
        let table = table()
        table.serve(.wx1, served("t1"), at: .seconds(10))
        #expect(table.owner(of: Token("t1"), at: .seconds(10)) == .wx1)
        table.serve(.wx1, served("t2", version: 2), at: .seconds(1000))
        for token in ["t1", "t2"] { #expect(table.owner(of: Token(token), at: .seconds(1001)) == .wx1) }
        #expect(table.owner(of: Token("t1"), at: .seconds(1299.999)) == .wx1)
        #expect(table.owner(of: Token("t1"), at: .seconds(1300)) == nil)
        #expect(table.owner(of: Token("t2"), at: .seconds(1300)) == .wx1)
    }

    @Test func tokenBeforeThat_NamesNobody() {
        let table = table()
        for (version, moment) in [(1, 10.0), (2, 20), (3, 30)] {
            table.serve(.wx1, served("t\(version)", version: UInt64(version)), at: .seconds(moment))
        }
        #expect(table.owner(of: Token("t1"), at: .seconds(31)) == nil)
        #expect(table.owner(of: Token("t2"), at: .seconds(31)) == .wx1)
        #expect(table.owner(of: Token("unheard-of"), at: .seconds(31)) == nil)
    }

    @Test func currentToken_NamesItsOwner_UntilItIsOver() {
        let table = table()
        table.serve(.wx1, served("t1", expiresAt: .seconds(100)), at: .seconds(10))
        #expect(table.owner(of: Token("t1"), at: .seconds(98)) == .wx1)
        #expect(table.owner(of: Token("t1"), at: .seconds(100)) == nil)
    }

    @Test func ticket_IsNobodysToken() {
        let table = table()
        table.serve(AppID.wx1.ticket(.jsapi), served("k1", of: AppID.wx1.ticket(.jsapi)), at: .seconds(10))
        #expect(table.owner(of: Token("k1"), at: .seconds(11)) == nil)
        #expect(table.takeChanged().isEmpty)
    }

    @Test func appThatIsKeptNoMore_OwnsNothing_NorDoesItComeBackWithItsTokens() {
        let table = table()
        table.serve(.wx1, served("t1"), at: .seconds(10))
        table.serve(.wx1, served("t2", version: 2), at: .seconds(20))
        table.serve(wx2, served("other", of: wx2), at: .seconds(20))
        table.keep([wx2])
        #expect(table.owner(of: Token("other"), at: .seconds(21)) == wx2)
        // What was on its way for it changes nothing.
        table.serve(.wx1, served("t3", version: 3), at: .seconds(22))
        table.keep([.wx1, wx2])
        for token in ["t1", "t2", "t3"] { #expect(table.owner(of: Token(token), at: .seconds(23)) == nil) }
        #expect(table.read(.wx1, at: .seconds(23)) == .none && table.takeChanged() == [wx2])
        table.serve(.wx1, served("t4", version: 4), at: .seconds(24))
        for token in ["t1", "t2", "t3"] { #expect(table.owner(of: Token(token), at: .seconds(25)) == nil) }
        #expect(table.owner(of: Token("t4"), at: .seconds(25)) == .wx1)
    }

    // MARK: News

    @Test func change_IsToldOnce() {
        let table = table()
        table.serve(.wx1, served("t1"), at: .seconds(10))
        table.serve(wx2, served("o1", of: wx2), at: .seconds(10))
        #expect(table.takeChanged() == [.wx1, wx2])
        #expect(table.takeChanged().isEmpty)
        var unclear = served("t1")
        unclear.promisedUntil = .seconds(100)
        table.serve(.wx1, unclear, at: .seconds(11))
        #expect(table.takeChanged().isEmpty, "it is the same token")
    }
}

extension ReadTable {
    fileprivate func read(_ app: AppID, at now: Instant) -> TokenReading { lastingRead(app, at: now).reading }
}
