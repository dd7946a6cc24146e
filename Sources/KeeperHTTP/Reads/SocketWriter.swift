internal import NIOCore

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Writes to a connection's socket past NIO's queue of writes, which costs more than the system call.
///
/// Only for whoever knows that the queue is empty, on the event loop, before the channel becomes inactive.
struct SocketWriter {
    private let socket: CInt

    /// nil where there is no socket of the system's (in tests), or more than it in the way (TLS).
    init?(_ context: ChannelHandlerContext) {
        var found: CInt?
        try? context.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: CInt.self) { found = $0 }
        guard let found else { return nil }
        socket = found
    }

    /// Sends what the kernel takes at once.
    ///
    /// Returns how many bytes that is; none if the connection is broken, which the next write over NIO finds out.
    func write(_ bytes: ByteBuffer) -> Int {
        // SAFETY: the kernel reads no more than `count` bytes, during the call; the buffer is held for as long.
        unsafe bytes.withUnsafeReadableBytes { bytes in
            max(0, unsafe send(socket, bytes.baseAddress, bytes.count, CInt(MSG_NOSIGNAL)))
        }
    }
}
