import Testing

@testable import KeeperCore

@Suite struct AllowanceTests {
    private let rate = Allowance.Rate(burst: 3, interval: .seconds(10))

    /// When each of those who come at these moments is let in.
    private func admitted(_ moments: [Double]) -> [Bool] {
        var allowance = Allowance()
        return moments.map { allowance.takeIfAllowed(rate, at: .seconds($0)) }
    }

    @Test func soManyAtOnce_AndThenOneEachInterval() {
        #expect(admitted([100, 100, 100, 100]) == [true, true, true, false])
        #expect(admitted([100, 100, 100, 109.9, 110, 110, 120]) == [true, true, true, false, true, false, true])
    }

    @Test func rest_BringsAllBack_AndNoMore() {
        #expect(admitted([100, 100, 100, 130, 130, 130, 130]) == [true, true, true, true, true, true, false])
        #expect(admitted([100, 1000, 1000, 1000, 1000]) == [true, true, true, true, false])
    }

    @Test func refusals_CostNothing() {
        #expect(admitted([100, 100, 100, 101, 102, 103, 104, 110]).last == true)
    }

    @Test func oneTakenTooMany_PutsTheNextOffByOneIntervalAtMost() {
        var allowance = Allowance()
        for _ in 1...9 { allowance.take(rate, at: .seconds(100)) }
        #expect(allowance.next(rate) == .seconds(110))
    }

    @Test func whatOthersTook_Counts_ButIsNotAddedToOurs() {
        var allowance = Allowance()
        allowance.assumeTaken(2, rate, at: .seconds(100))
        allowance.assumeTaken(2, rate, at: .seconds(100))
        #expect(allowance.next(rate) <= .seconds(100))
        allowance.assumeTaken(500, rate, at: .seconds(100))
        #expect(allowance.next(rate) == .seconds(110))
        allowance.grantOne(rate)
        #expect(allowance.next(rate) == .seconds(100))
        #expect(!allowance.isWhole(at: .seconds(100)) && allowance.isWhole(at: .seconds(120)))
    }
}
