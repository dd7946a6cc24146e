import Testing

@testable import cluster_benchmark

@Suite struct CountsTests {
    /// As callgrind writes it: a function has its name where it stands first, be it as caller or as callee.
    private static let file = """
        # callgrind format
        events: Ir

        fn=(1) serve
        16 400
        cfn=(2) malloc
        calls=3 +2
        * 120
        cob=(4) /lib/libc.so.6
        cfn=(3) read
        calls=7 100
        +1 70

        fn=(2)
        20 120
        cfn=(5) _int_malloc
        calls=3 +1
        * 90

        fn=(6) resume
        30 10
        cfn=(2)
        calls=2 20
        * 80

        totals: 4711

        """

    @Test func callsOfAllocatorsAndReceivers_AreCounted_WhoeverMakesThem() {
        let counts = CallCounts(Self.file)
        #expect(counts.instructions == 4711)
        #expect(counts.allocations == 5)
        #expect(counts.receptions == 7)
    }

    @Test func threshold_AllowsItselfAndLess() throws {
        let thresholds = try CountThresholds("# for people\nrepeated 9000 2\nnew 20000 81.5\n")
        let most = try #require(thresholds.most[.new])
        #expect(most == ReadCounts(instructions: 20_000, allocations: 81.5))
        #expect(most.allow(most) && most.allow(ReadCounts(instructions: 1, allocations: 1)))
        #expect(!most.allow(ReadCounts(instructions: 20_001, allocations: 1)))
        #expect(!most.allow(ReadCounts(instructions: 1, allocations: 81.6)))
    }

    @Test(arguments: ["", "new 1 2\n", "repeated 1\nnew 1 2\n", "repeated a 1\nnew 1 2\n", "old 1 1\nnew 1 2\n"])
    func thresholdsThatDoNotSayAll_AreRefused(_ text: String) {
        #expect(throws: NotMeasured.self) { try CountThresholds(text) }
    }
}
