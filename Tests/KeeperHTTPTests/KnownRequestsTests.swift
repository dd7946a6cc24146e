import NIOCore
import Testing

@testable import KeeperHTTP

@Suite struct KnownRequestsTests {
    private func bytes(_ number: Int) -> ByteBuffer { ByteBuffer(string: "GET /\(number)") }

    @Test func request_IsKnown_WhenItHasComeTwice() {
        var known = KnownRequests<Int>()
        known.learn(bytes(1), 1)
        #expect(known.meaning(of: bytes(1)) == nil)
        known.learn(bytes(1), 1)
        #expect(known.meaning(of: bytes(1)) == 1)
        #expect(known.meaning(of: bytes(2)) == nil)
    }

    @Test func request_IsFoundByItsBytes_WhereverTheyStand() {
        var known = KnownRequests<Int>()
        let around = ByteBuffer(string: "....GET /1....")
        for _ in 0..<2 { known.learn(around.getSlice(at: 4, length: 6)!, 1) }
        #expect(known.meaning(of: bytes(1)) == 1)
    }

    @Test func longRequest_IsNotRemembered() {
        for (length, isKnown) in [(KnownRequests<Int>.longest, true), (KnownRequests<Int>.longest + 1, false)] {
            var known = KnownRequests<Int>()
            let long = ByteBuffer(repeating: 0x61, count: length)
            for _ in 0..<3 { known.learn(long, 1) }
            #expect((known.meaning(of: long) != nil) == isKnown)
        }
    }

    /// A request of so many bytes.
    private func bytes(_ number: Int, length: Int) -> ByteBuffer {
        var bytes = ByteBuffer(string: "GET /\(number) ")
        bytes.writeRepeatingByte(0x61, count: length - bytes.readableBytes)
        return bytes
    }

    private func learn(_ numbers: Range<Int>, length: Int, _ known: inout KnownRequests<Int>) {
        for number in numbers {
            // What is read at once may be much more, and must not stay for the sake of one request.
            var piece = ByteBuffer()
            piece.reserveCapacity(4096)
            piece.writeImmutableBuffer(bytes(number, length: length))
            for _ in 0..<2 { known.learn(piece, number) }
        }
    }

    /// Requests of any length share one budget.
    @Test(arguments: [16, 170, 600, 1024]) func endlessRequests_TakeNoEndlessMemory(length: Int) {
        var known = KnownRequests<Int>()
        let size = length + KnownRequests<Int>.overhead
        let count = 3 * KnownRequests<Int>.budget / size
        learn(0..<count, length: length, &known)
        // The last first: finding one of the former ones may push others out.
        let found = (0..<count).reversed().filter { known.meaning(of: bytes($0, length: length)) == $0 }
        #expect(found.count * size <= 2 * KnownRequests<Int>.budget)
        // Memory comes in powers of two.
        #expect(found.count * 2 * size >= KnownRequests<Int>.budget)
    }

    @Test func eightThousandOrdinaryRequests_StayWhileAsManyOthersCome() {
        var known = KnownRequests<Int>()
        learn(0..<16_384, length: 170, &known)
        for number in [0, 8191, 8192, 16_383] { #expect(known.meaning(of: bytes(number, length: 170)) == number) }
    }

    @Test func requestInUse_StaysThroughAllOthers_AndOneThatIsNotGoes() {
        var known = KnownRequests<Int>()
        learn(0..<2, length: 170, &known)
        for start in stride(from: 2, to: 20_002, by: 500) {
            learn(start..<(start + 500), length: 1024, &known)
            #expect(known.meaning(of: bytes(0, length: 170)) == 0)
        }
        #expect(known.meaning(of: bytes(1, length: 170)) == nil)
        // Each of them came once, as those do that bear a number of their own.
        for number in 0..<25_000 { known.learn(ByteBuffer(string: "HEAD /\(number)"), number) }
        known.learn(ByteBuffer(string: "HEAD /1"), 1)
        #expect(known.meaning(of: ByteBuffer(string: "HEAD /1")) == nil, "it is not known that it has come before")
    }

    /// What is learned again takes no more than it did.
    @Test func requestLearnedAgainAndAgain_PushesNobodyOut() {
        var known = KnownRequests<Int>()
        learn(0..<1, length: 170, &known)
        for _ in 0..<20_000 { learn(1..<2, length: 1024, &known) }
        #expect(known.meaning(of: bytes(0, length: 170)) == 0)
    }
}
