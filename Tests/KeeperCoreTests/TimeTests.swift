import Testing

@testable import KeeperCore

@Suite struct TimeTests {
    @Test(arguments: [
        (Duration.milliseconds(1999), Int64(1), Int64(1999)), (.zero, 0, 0), (.milliseconds(-1), -1, -1),
        (.seconds(-2), -2, -2000), (.microseconds(1_000_900), 1, 1000),
    ])
    func duration_IsRoundedDown(_ duration: Duration, seconds: Int64, milliseconds: Int64) {
        #expect(duration.wholeSeconds == seconds)
        #expect(duration.milliseconds == milliseconds)
    }

    @Test func instants_Subtract() {
        #expect(Instant.seconds(5) - Instant.seconds(7) == .seconds(-2))
        #expect((Instant.seconds(5) - Instant.seconds(7)).atLeastZero == .zero)
        #expect(Instant.seconds(5) + .seconds(2) == .seconds(7))
        #expect(Instant.origin < .seconds(0.001))
    }

    /// The first numbers of the reference implementation (Vigna, splitmix64.c) for seed 0.
    @Test func splitMix64_GivesTheNumbersOfTheReference() {
        var random = SplitMix64(seed: 0)
        let numbers = (0..<3).map { _ in random.next() }
        #expect(numbers == [0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F])
    }

    @Test func sameSeed_TellsTheSameStory() {
        var (left, right, other) = (SplitMix64(seed: 42), SplitMix64(seed: 42), SplitMix64(seed: 43))
        let numbers = (0..<100).map { _ in left.next() }
        #expect(numbers == (0..<100).map { _ in right.next() })
        #expect(numbers != (0..<100).map { _ in other.next() })
    }

    @Test func drawnNumbers_StayWithinTheirBounds() {
        var random = SplitMix64(seed: 5)
        var (least, most) = (1.0, 0.0)
        for _ in 0..<10_000 {
            let unit = random.nextUnit()
            (least, most) = (min(least, unit), max(most, unit))
            let bounds = Duration.seconds(2)...(.seconds(3))
            #expect(bounds.contains(random.nextDuration(in: bounds)))
            let jittered = random.jittered(.seconds(10), by: 0.1)
            #expect(jittered >= .seconds(9) && jittered <= .seconds(11))
        }
        #expect(least >= 0 && least < 0.01 && most < 1 && most > 0.99)
    }

    @Test func secrets_PrintRedacted() {
        let token = Token("s3cret")
        var dumped = ""
        dump(token, to: &dumped)
        for text in ["\(token)", token.debugDescription, String(reflecting: [token]), dumped] {
            #expect(!text.contains("s3cret"))
        }
        #expect("\(Credential.sample(token: "s3cret"))".contains("\"s3cret\"") == false)
        #expect(token.description == "<redacted>")
    }

    @Test(arguments: ["", "-", "ab", "ab-", "-3", "ab-x", "ab-1-2", "ab--1", "ab-99999999999999999999"])
    func malformedIntent_IsNotRead(_ text: String) {
        #expect(IntentID(text) == nil)
    }

    @Test func intent_ReadsWhatItWrites() {
        let intent = IntentID(incarnation: Incarnation("00ff"), number: 17)
        #expect(intent.description == "00ff-17")
        #expect(IntentID("00ff-17") == intent)
    }

    @Test func trouble_CutsLongSummaries() {
        #expect(Trouble(summary: String(repeating: "x", count: 500)).summary.count == Trouble.longestSummary)
        #expect(Trouble(summary: "short").summary == "short")
    }
}
