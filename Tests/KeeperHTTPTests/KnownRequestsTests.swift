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

    /// What is remembered must not keep all that came with it in memory.
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

    @Test func endlessRequests_TakeNoEndlessMemory_AndThoseInUseStay() {
        var known = KnownRequests<Int>()
        let most = KnownRequests<Int>.most
        for _ in 0..<2 { known.learn(bytes(0), 0) }
        for number in 1...(5 * most) {
            for _ in 0..<2 { known.learn(bytes(number), number) }
            if number % 1000 == 0 { #expect(known.meaning(of: bytes(0)) == 0) }
        }
        #expect(known.count <= 2 * most + 1)
        #expect(known.meaning(of: bytes(1)) == nil)
        // Each of them came once, as those do that bear a number of their own.
        for number in 0..<(3 * most) { known.learn(ByteBuffer(string: "HEAD /\(number)"), number) }
        #expect(known.meaning(of: ByteBuffer(string: "HEAD /1")) == nil)
    }
}
