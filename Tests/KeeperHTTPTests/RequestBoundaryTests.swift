import Testing

@testable import KeeperHTTP

/// Requests are recognised where one begins, and nowhere else.
@Suite struct RequestBoundaryTests {
    private typealias Connection = RepeatTests.Connection

    private static let known = RepeatTests.known
    private static let stable = RepeatTests.stable

    @Test(arguments: [[0], [1], [0, 20], [0, 1, 2]])
    func bodyThatComesApart_EndsWhereARequestBegins(cuts: [Int]) throws {
        let connection = try Connection(ReadCache(RepeatTests.source(.withToken())), recognises: true)
        defer { connection.finish() }
        for _ in 0..<3 { #expect(try connection.answers(to: [Self.stable]).contains("TOKEN")) }
        #expect(connection.parsed.count == 2)
        let body = try #require(Self.stable.firstRange(of: "\r\n\r\n")?.upperBound)
        let ends = cuts.map { Self.stable.index(body, offsetBy: $0) } + [Self.stable.endIndex]
        let pieces = zip([Self.stable.startIndex] + ends, ends).map { String(Self.stable[$0..<$1]) }
        #expect(try connection.answers(to: pieces).contains("TOKEN"))
        #expect(try connection.answers(to: [Self.stable]).contains("TOKEN"))
        #expect(connection.parsed.count == 3, "the last one was recognised")
    }

    private static let inside = "GET /x HTTP/1.1\r\nHost: n\r\nX-Inside: "
    private static let chunked = "POST /x HTTP/1.1\r\nHost: n\r\nTransfer-Encoding: chunked\r\n\r\n"

    private static func post(_ path: String, _ length: Int, _ more: String = "") -> String {
        "POST \(path) HTTP/1.1\r\nHost: n\r\nContent-Length: \(length)\r\n\(more)\r\n"
    }

    /// A piece that is body, and not to its end or not all of it.
    @Test(
        arguments: [
            [post("/x", 5), "hello" + inside], [post("/early", 5), "hello" + inside],
            [post("/x", 5), "he", "llo" + inside], [post("/x", 5) + "he", "llo" + inside],
            [post("/x", 2 * known.utf8.count), known, known], [post("/early", 2 * known.utf8.count), known, known],
            [post("/early", 5 + known.utf8.count), "hello", known], [chunked, "2\r\n{}\r\n0\r\n\r\n" + inside],
            [chunked, String(known.utf8.count, radix: 16) + "\r\n", known, "\r\n0\r\nX: "],
            [chunked, String(2 * known.utf8.count, radix: 16) + "\r\n", known, known, "\r\n0\r\n\r\n"],
            [post("/x", known.utf8.count, "Connection: upgrade\r\nUpgrade: h2c\r\n"), known],
            [post("/x", known.utf8.count, "Connection: close\r\n"), known],
        ]
    )
    func whatIsInsideOfARequest_IsNone(pieces: [String]) throws {
        let source = try RepeatTests.source(.withToken())
        let (fast, slow) = (ReadCache(source), ReadCache(source))
        let first = try Connection(fast, recognises: true)
        for _ in 0..<3 { #expect(try first.answers(to: [Self.known]).contains("TOKEN")) }
        first.finish()
        let both = try (Connection(fast, recognises: true), Connection(slow, recognises: false))
        let all = pieces + [Self.known, Self.known, "\r\n\r\n", Self.known]
        #expect(try both.0.answers(to: all) == both.1.answers(to: all))
        #expect(both.0.end.count == both.1.end.count)
        both.0.finish()
        both.1.finish()
    }
}
