import Testing

@testable import KeeperCore

@Suite struct CredentialTests {
    @Test func record_IsCountedFromBeforeItWasAskedFor() throws {
        let record = CredentialRecord.sample(left: .seconds(100), age: .seconds(7100))
        let credential = try #require(Credential(record, readAfter: .seconds(50)))
        #expect(credential.expiresAt == .seconds(150))
        #expect(credential.issuedAt == .seconds(50 - 7100))
    }

    @Test func record_NeverPromisesMoreThanTheLifeWeChatGave() throws {
        let record = CredentialRecord.sample(life: .seconds(20), left: .seconds(3600), age: .seconds(-5))
        let credential = try #require(Credential(record, readAfter: .seconds(50)))
        #expect(credential.expiresAt == .seconds(70))
        #expect(credential.issuedAt == .seconds(50))
    }

    @Test func recordWithoutAToken_GivesNone() {
        #expect(Credential(.sample(token: nil), readAfter: .origin) == nil)
    }

    @Test func order_IsByEpochThenVersion() {
        let current = Credential.sample(version: 5, epoch: 3)
        #expect(current.isOlder(than: .sample(version: 6, epoch: 3)))
        #expect(current.isOlder(than: .sample(version: 1, epoch: 4)))
        #expect(!current.isOlder(than: .sample(version: 5, epoch: 3)))
        #expect(!current.isOlder(than: .sample(version: 9, epoch: 2)))
    }

    @Test(arguments: [
        (0.0, Int64(100)), (0.1, 99), (50, 50), (99, 1), (99.5, 0), (100, nil), (200, nil),
    ])
    func expiresIn_IsWhatIsLeftRoundedDown(now: Double, expected: Int64?) {
        let served = ServedCredential(credential: .sample(expiresAt: .seconds(100)))
        #expect(served.expiresIn(at: .seconds(now)) == expected)
        #expect(!served.isUncertain(at: .seconds(now)))
    }

    @Test(arguments: [
        (0.0, Int64(60), false), (59, 1, false), (59.9, 1, false), (60, 1, true), (99.9, 1, true), (100, nil, true),
    ])
    func tokenUncertain_IsPromisedNoLongerThanItSurelyLives(now: Double, expected: Int64?, isUncertain: Bool) {
        let served = ServedCredential(credential: .sample(expiresAt: .seconds(100)), promisedUntil: .seconds(60))
        #expect(served.expiresIn(at: .seconds(now)) == expected)
        #expect(served.isUncertain(at: .seconds(now)) == isUncertain)
    }

    @Test func uncertainty_NeverLengthensAPromise() {
        let served = ServedCredential(credential: .sample(expiresAt: .seconds(100)), promisedUntil: .seconds(600))
        #expect(served.expiresIn(at: .seconds(40)) == 60)
    }

    @Test func gate_AsksForTheTermAndTheWholeCall() {
        let gate = LeaseGate(epoch: Epoch(3), validUntil: .seconds(20))
        func allows(epoch: UInt64 = 3, deadline: Double = 20, now: Double = 17) -> Bool {
            gate.allows(CallPermit(epoch: Epoch(epoch), deadline: .seconds(deadline)), at: .seconds(now))
        }
        #expect(allows())
        #expect(!allows(epoch: 2) && !allows(epoch: 4))
        #expect(!allows(deadline: 20.001))
        #expect(!allows(deadline: 17, now: 17))
        #expect(!LeaseGate.closed.allows(CallPermit(epoch: Epoch(0), deadline: .seconds(1)), at: .origin))
    }
}
