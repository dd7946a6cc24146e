import Testing

@testable import cluster_benchmark

@Suite struct MonitorTests {
    private static let text = """
        OK
        1790000000.000000 [0 127.0.0.1:1] "EVALSHA" "f00" "1" "wxkeeper:{drill}:lease"
        1790000000.000100 [0 lua] "HINCRBY" "wxkeeper:{drill}:lease" "sequence" "1"
        1790000001.500000 [0 127.0.0.1:1] "EVALSHA" "f00" "1" "wxkeeper:{drill}:lease"
        1790000001.500200 [0 lua] "HINCRBY" "wxkeeper:{drill}:lease" "sequence" "1"
        1790000001.600000 [0 127.0.0.1:1] "EVALSHA" "ba5" "1" "wxkeeper:{drill}:tok:wx1"
        1790000001.600010 [0 lua] "HINCRBY" "wxkeeper:{drill}:tok:wx1" "version" "1"
        1790000001.600020 [0 lua] "PUBLISH" "wxkeeper:{drill}:ev" "tok|wx1"
        1790000001.600320 [0 127.0.0.1:2] "EVALSHA" "c1c" "1" "wxkeeper:{drill}:members"
        1790000001.600400 [0 127.0.0.1:1] "EVALSHA" "c1c" "1" "wxkeeper:{drill}:members"
        1790000001.600500 [0 127.0.0.1:9] "PING"
        1790000001.601020 [0 127.0.0.1:3] "EVALSHA" "c1c" "1" "wxkeeper:{drill}:members"
        1790000001.900000 [0 127.0.0.1:2] "EVALSHA" "c1c" "1" "wxkeeper:{drill}:members"

        """

    @Test func renewals_AreWhatRaisesTheSequenceOfTheLease() {
        #expect(RedisMonitor(Self.text).renewalGaps == [.microseconds(1_500_100)])
    }

    /// Once for each node that did not tell itself; what it asks later is no reaction.
    @Test func reactions_AreTheFirstQuestionsOfTheOthers() {
        #expect(RedisMonitor(Self.text).reactions == [.microseconds(300), .microseconds(1000)])
    }

    @Test func spread_TellsMedianAndHundredthAndMost() {
        let spread = Spread((1...200).reversed().map { .milliseconds($0) })
        #expect(spread.median == .milliseconds(101) && spread.p99 == .milliseconds(198))
        #expect(spread.most == .milliseconds(200) && spread.count == 200)
        #expect(Spread([.milliseconds(3)]).cells == "1 | 3.0 ms | 3.0 ms | 3.0 ms |")
    }
}
