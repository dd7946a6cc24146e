import NIOCore
import Testing

@testable import RedisClient

@Suite struct RedisCodecTests {
    /// One of everything a server says, as recorded from redis 7.0, in one run.
    static let recording =
        "+OK\r\n" + ":-42\r\n" + "$-1\r\n" + "$0\r\n\r\n" + "$5\r\na\r\nb\0\r\n" + "*-1\r\n" + "*0\r\n"
        + "-NOSCRIPT No matching script. Please use EVAL.\r\n"
        + "*4\r\n$3\r\nkey\r\n:9223372036854775807\r\n*2\r\n+QUEUED\r\n-ERR inner\r\n$-1\r\n"
        + "*3\r\n$7\r\nmessage\r\n$2\r\nch\r\n$4\r\nhint\r\n"

    static let replies: [RedisReply] = [
        .status("OK"), .integer(-42), .null, .bulk([]), .bulk(Array("a\r\nb\0".utf8)), .null, .array([]),
        .error("NOSCRIPT No matching script. Please use EVAL."),
        .array([
            .bulk(Array("key".utf8)), .integer(.max), .array([.status("QUEUED"), .error("ERR inner")]), .null,
        ]),
        .array([.bulk(Array("message".utf8)), .bulk(Array("ch".utf8)), .bulk(Array("hint".utf8))]),
    ]

    private func decode(_ chunks: [ArraySlice<UInt8>]) throws -> [RedisReply] {
        let decoder = RedisReplyDecoder()
        var replies: [RedisReply] = []
        for chunk in chunks {
            try decoder.feed(ByteBuffer(bytes: chunk))
            while let reply = try decoder.next() { replies.append(reply) }
        }
        return replies
    }

    @Test func decoder_GivesTheSameReplies_WhereverTheStreamIsCut() throws {
        let bytes = Array(Self.recording.utf8)
        for cut in 0...bytes.count {
            #expect(try decode([bytes[..<cut], bytes[cut...]]) == Self.replies, "cut at \(cut)")
        }
    }

    @Test func decoder_GivesTheSameReplies_ByteByByte() throws {
        let bytes = Array(Self.recording.utf8)
        #expect(try decode(bytes.indices.map { bytes[$0...$0] }) == Self.replies)
    }

    @Test(arguments: [
        "?what\r\n", "HTTP/1.1 400 Bad Request\r\n", "$-2\r\n", "*-2\r\n", "$x\r\n", ":1x\r\n",
        String(repeating: "*1\r\n", count: 9) + ":1\r\n",
    ])
    func decoder_Fails_OnWhatIsNoReply(text: String) throws {
        let error = #expect(throws: RedisError.self) { try decode([Array(text.utf8)[...]]) }
        guard case .connectionLost = error else {
            Issue.record("\(error.debugDescription)")
            return
        }
    }

    @Test func decoder_StaysDead_AfterAnError() throws {
        let decoder = RedisReplyDecoder()
        try decoder.feed(ByteBuffer(string: "?\r\n"))
        #expect(throws: RedisError.self) { try decoder.next() }
        #expect(throws: RedisError.self) {
            try decoder.feed(ByteBuffer(string: "+OK\r\n"))
            _ = try decoder.next()
        }
    }

    @Test func decoder_ReadsSevenLevels() throws {
        let nested = String(repeating: "*1\r\n", count: 7) + ":1\r\n"
        var expected = RedisReply.integer(1)
        for _ in 0..<7 { expected = .array([expected]) }
        #expect(try decode([Array(nested.utf8)[...]]) == [expected])
    }

    @Test func decoder_RefusesABacklogWithoutEnd() throws {
        let decoder = RedisReplyDecoder()
        try decoder.feed(ByteBuffer(string: "$900000000\r\n"))
        let chunk = ByteBuffer(repeating: 0x61, count: 1 << 20)
        #expect(throws: RedisError.self) {
            for _ in 0...(RedisReplyDecoder.maximumBacklog >> 20) {
                try decoder.feed(chunk)
                #expect(try decoder.next() == nil)
            }
        }
    }

    @Test func encoder_WritesLengthsAndBytes() {
        var buffer = ByteBuffer()
        RedisCommandEncoder.encode(["SET", "", RedisArgument([0, 13, 10, 255]), 42, "密"], into: &buffer)
        let expected =
            Array("*5\r\n$3\r\nSET\r\n$0\r\n\r\n$4\r\n".utf8) + [0, 13, 10, 255]
            + Array("\r\n$2\r\n42\r\n$3\r\n密\r\n".utf8)
        #expect(Array(buffer.readableBytesView) == expected)
    }

    @Test func reply_IsReadAsTextAndNumber() {
        #expect(RedisReply.bulk(Array("17".utf8)).number == 17)
        #expect(RedisReply.integer(17).number == 17)
        #expect(RedisReply.status("OK").text == "OK")
        #expect(RedisReply.bulk([0xFF]).text == nil)
        #expect(RedisReply.null.bytes == nil)
    }

    @Test func rejection_NeverRepeatsArguments() {
        let line = "ERR unknown command 'AUTH', with args beginning with: 'keeper' 'hush' "
        #expect(RedisRejection(line).description == "ERR unknown command 'AUTH', ")
        #expect(RedisRejection(line).code == "ERR")
        #expect(RedisRejection("NOSCRIPT No matching script.").code == "NOSCRIPT")
        #expect("\([RedisArgument("hush")])" == "[<4 bytes>]")
    }
}
