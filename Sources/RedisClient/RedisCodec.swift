internal import CHiredis
internal import NIOCore

/// Turns bytes from the server into replies, with hiredis's reader.
///
/// Owns the reader and frees it. After an error the reader is dead: every later call fails, so the connection must be
/// closed. Not thread-safe; it belongs to one event loop.
@safe final class RedisReplyDecoder {
    /// How many bytes of unfinished replies are held at most.
    ///
    /// Redis is trusted, so this is a limit for the unforeseen.
    static let maximumBacklog = 64 << 20

    // SAFETY: made in `init`, freed in `deinit`, never handed out.
    private let reader: UnsafeMutablePointer<redisReader>

    init() {
        // SAFETY: a null pointer means that memory has run out, which no Swift program survives either.
        guard let reader = unsafe redisReaderCreate() else { preconditionFailure("redisReaderCreate: out of memory") }
        unsafe self.reader = reader
    }

    deinit {
        // SAFETY: the only reference to the reader ends here.
        unsafe redisReaderFree(reader)
    }

    /// Copies `bytes` into the reader.
    func feed(_ bytes: ByteBuffer) throws(RedisError) {
        // SAFETY: hiredis copies the bytes before it returns; the pointer does not outlive the closure.
        let result = unsafe bytes.withUnsafeReadableBytes { raw in
            unsafe redisReaderFeed(reader, raw.baseAddress?.assumingMemoryBound(to: CChar.self), raw.count)
        }
        guard result == REDIS_OK else { throw .connectionLost("redisReaderFeed: \(reason)") }
        // SAFETY: two plain numbers of the reader we own.
        let backlog = unsafe reader.pointee.len - reader.pointee.pos
        guard backlog <= Self.maximumBacklog else { throw .connectionLost("a reply of more than \(backlog) bytes") }
    }

    /// The next complete reply, or nil if more bytes are needed.
    func next() throws(RedisError) -> RedisReply? {
        // SAFETY: hiredis writes the pointer of a finished reply, or null.
        var pointer: UnsafeMutableRawPointer?
        guard unsafe redisReaderGetReply(reader, &pointer) == REDIS_OK else {
            throw .connectionLost("redisReaderGetReply: \(reason)")
        }
        guard let pointer = unsafe pointer else { return nil }
        // SAFETY: hiredis's default functions make a redisReply, which is ours until this free.
        defer { unsafe freeReplyObject(pointer) }
        return unsafe Self.copy(pointer.assumingMemoryBound(to: redisReply.self))
    }

    /// Depth is bounded: hiredis refuses replies nested deeper than seven.
    @unsafe private static func copy(_ pointer: UnsafePointer<redisReply>) -> RedisReply {
        // SAFETY: for these types `str` points to `len` bytes, and `element` to `elements` replies.
        let reply = unsafe pointer.pointee
        let bytes = unsafe UnsafeRawBufferPointer(start: reply.str, count: reply.str == nil ? 0 : Int(reply.len))
        switch unsafe reply.type {
        case REDIS_REPLY_STATUS: return unsafe .status(String(decoding: bytes, as: UTF8.self))
        case REDIS_REPLY_ERROR: return unsafe .error(String(decoding: bytes, as: UTF8.self))
        case REDIS_REPLY_STRING: return unsafe .bulk([UInt8](bytes))
        case REDIS_REPLY_INTEGER: return unsafe .integer(Int64(reply.integer))
        case REDIS_REPLY_ARRAY: return unsafe .array((0..<Int(reply.elements)).map { unsafe copy(reply.element[$0]!) })
        default: return .null
        }
    }

    /// The reader's own words on its error.
    ///
    /// They quote at most one byte of the stream.
    private var reason: String {
        // SAFETY: `errstr` is an array of 128 bytes that hiredis ends with a zero; Swift sees it as a tuple.
        unsafe withUnsafeBytes(of: reader.pointee.errstr) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}

/// Writes commands as the server reads them, with hiredis's formatter.
enum RedisCommandEncoder {
    /// Appends the command to `buffer`.
    static func encode(_ command: [RedisArgument], into buffer: inout ByteBuffer) {
        precondition(!command.isEmpty, "a command has at least its name")
        // All arguments in one array, so that one scope covers every pointer. The last byte is there because an empty
        // array has no base address.
        let joined = command.flatMap(\.bytes) + [0]
        let lengths = command.map(\.bytes.count)
        // SAFETY: the pointers into `joined` and the list of them live as long as the two closures; hiredis reads
        // `lengths[i]` bytes of each, which is how `joined` was made.
        unsafe joined.withUnsafeBytes { raw in
            var start = unsafe raw.baseAddress!.assumingMemoryBound(to: CChar.self)
            var pointers: [UnsafePointer<CChar>?] = unsafe []
            for length in lengths {
                unsafe pointers.append(start)
                unsafe start += length
            }
            unsafe pointers.withUnsafeMutableBufferPointer { list in
                unsafe format(Int32(command.count), list.baseAddress!, lengths, into: &buffer)
            }
        }
    }

    @unsafe private static func format(
        _ count: Int32,
        _ arguments: UnsafeMutablePointer<UnsafePointer<CChar>?>,
        _ lengths: [Int],
        into buffer: inout ByteBuffer
    ) {
        // SAFETY: on success `target` points to `length` bytes that are ours until `redisFreeCommand`.
        var target: UnsafeMutablePointer<CChar>?
        let length = unsafe chiredis_format_command(&target, count, arguments, lengths)
        guard length >= 0, let formatted = unsafe target else {
            preconditionFailure("redisFormatCommandArgv: out of memory")
        }
        defer { unsafe redisFreeCommand(formatted) }
        unsafe buffer.writeBytes(UnsafeRawBufferPointer(start: formatted, count: Int(length)))
    }
}
