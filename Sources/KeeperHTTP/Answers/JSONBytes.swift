internal import NIOCore

/// A flat JSON object, written straight into the bytes of an answer.
///
/// For the read path, where a general encoder would cost more than all the rest. Members keep the order in which they
/// are written; strings are escaped as RFC 8259 demands and are valid UTF-8 as every Swift string is.
struct JSONBytes {
    private var buffer: ByteBuffer

    /// Begins an object that will have about `capacity` bytes.
    init(capacity: Int = 256) {
        buffer = ByteBuffer()
        buffer.reserveCapacity(capacity)
        buffer.writeInteger(UInt8(ascii: "{"))
    }

    /// The bytes of the object, closed.
    consuming func closed() -> ByteBuffer {
        buffer.writeInteger(UInt8(ascii: "}"))
        return buffer
    }

    /// Writes a member whose value is a string.
    mutating func write(_ name: StaticString, _ value: String) {
        writeName(name)
        writeQuoted(value)
    }

    /// Writes a member whose value is a whole number.
    mutating func write(_ name: StaticString, _ value: some BinaryInteger) {
        writeName(name)
        buffer.writeString(String(value))
    }

    /// Writes a member whose value is true or false.
    mutating func write(_ name: StaticString, _ value: Bool) {
        writeName(name)
        buffer.writeString(value ? "true" : "false")
    }

    /// Names are ours and need no escaping.
    private mutating func writeName(_ name: StaticString) {
        if buffer.readableBytes > 1 { buffer.writeInteger(UInt8(ascii: ",")) }
        buffer.writeInteger(UInt8(ascii: "\""))
        buffer.writeStaticString(name)
        buffer.writeStaticString("\":")
    }

    private mutating func writeQuoted(_ text: String) {
        buffer.writeInteger(UInt8(ascii: "\""))
        if text.utf8.contains(where: Self.needsEscape) {
            for byte in text.utf8 { writeEscaped(byte) }
        } else {
            buffer.writeString(text)
        }
        buffer.writeInteger(UInt8(ascii: "\""))
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func writeEscaped(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): buffer.writeStaticString("\\\"")
        case UInt8(ascii: "\\"): buffer.writeStaticString("\\\\")
        case UInt8(ascii: "\n"): buffer.writeStaticString("\\n")
        case UInt8(ascii: "\r"): buffer.writeStaticString("\\r")
        case UInt8(ascii: "\t"): buffer.writeStaticString("\\t")
        case ..<0x20: buffer.writeString("\\u00" + (byte < 0x10 ? "0" : "") + String(byte, radix: 16))
        default: buffer.writeInteger(byte)
        }
    }
}
