import Testing

@testable import wxkeeper

/// What follows the end of a supervised node.
@Suite struct RestartsTests {
    @Test func accident_CostsNothingButTheStart() {
        var restarts = Restarts()
        #expect(restarts.next(after: .signaled(9), lived: .seconds(5), isLeaving: false) == .start(after: .zero))
    }

    @Test func shortLives_AreFollowedByLongerPauses_UpToHalfAMinute() {
        var restarts = Restarts()
        let pauses = (0..<9).map { _ in restarts.next(after: .exited(1), lived: .seconds(1), isLeaving: false) }
        let expected: [Duration] = [0, 1, 2, 4, 8, 16, 30, 30, 30].map { .seconds($0) }
        #expect(pauses == expected.map { .start(after: $0) })
    }

    @Test func goodLife_BeginsANewCount() {
        var restarts = Restarts()
        for _ in 0..<5 { _ = restarts.next(after: .signaled(11), lived: .seconds(1), isLeaving: false) }
        #expect(restarts.next(after: .signaled(11), lived: .seconds(60), isLeaving: false) == .start(after: .zero))
    }

    @Test(arguments: [Int32(0), 64, 75, 78])
    func whatAnotherStartCannotCure_EndsTheParentToo(code: Int32) {
        var restarts = Restarts()
        #expect(restarts.next(after: .exited(code), lived: .seconds(5), isLeaving: false) == .end(code))
    }

    @Test func nodeToldToGo_IsNotStartedAgain() {
        var restarts = Restarts()
        #expect(restarts.next(after: .exited(0), lived: .seconds(5), isLeaving: true) == .end(0))
        #expect(restarts.next(after: .signaled(9), lived: .seconds(5), isLeaving: true) == .end(137))
    }
}
