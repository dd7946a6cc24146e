import Testing

@testable import KeeperCore

@Suite struct OverwritePaceTests {
    private let life = Duration.seconds(7200)

    private func pauses(after moments: [Double], life: Duration = .seconds(7200)) -> [Duration] {
        var pace = OverwritePace()
        return moments.map { moment in
            pace.note(at: .seconds(moment), life: life)
            return pace.pause
        }
    }

    @Test func thirdWithinTenMinutes_IsTheFirstToWait() {
        #expect(pauses(after: [0, 300, 600]) == [.zero, .zero, .seconds(30)])
        #expect(pauses(after: [0, 300, 601]) == [.zero, .zero, .zero])
    }

    @Test func pause_DoublesUpToAQuarterOfTheLife() {
        let seconds = pauses(after: (0..<12).map { Double($0) * 100 }).map(\.wholeSeconds)
        #expect(seconds == [0, 0, 30, 60, 120, 240, 480, 960, 1800, 1800, 1800, 1800])
    }

    @Test func pauseItself_DoesNotEndTheDuel() {
        // Each comes 300 s after the repair that follows the one before.
        #expect(pauses(after: [0, 300, 600, 930, 1290]).last == .seconds(120))
    }

    @Test func silence_IsForgiven() {
        #expect(pauses(after: [0, 100, 200, 1000, 1100]) == [.zero, .zero, .seconds(30), .zero, .zero])
    }

    @Test func shortLives_WaitShorter() {
        #expect(pauses(after: [0, 1, 2], life: .seconds(120)).last == .milliseconds(500))
    }
}
