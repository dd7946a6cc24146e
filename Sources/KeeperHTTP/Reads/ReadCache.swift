internal import Foundation
internal import HTTPTypes
internal import KeeperPorts
internal import NIOCore

/// The answers to reads on one event loop: each is put into bytes once, and given to everybody until it changes.
///
/// Promises: what it hands out is what the ordinary way would answer at that moment, but for the date, which may be a
/// second old. It holds no more requests than `KnownRequests` and, beside an answer for each credential and form, none
/// but theirs, in bytes alone where nobody is parsed.
final class ReadCache {
    /// The answer to one read.
    private final class Message {
        let read: CredentialRead
        /// For those who are parsed; nil where there is no answer, and when it was put into bytes for the others.
        var parts: ReadAnswer?
        /// Until then it stays as it is, if the provider's generation is this one.
        var until = ContinuousClock.now
        var generation: UInt64?
        /// As it goes over the wire, once that was asked for.
        var bytes: ByteBuffer?

        init(_ read: CredentialRead) { self.read = read }
    }

    private let source: ReadSource
    private var known = KnownRequests<Message>()
    private var messages: [CredentialRead: Message] = [:]
    /// What all that is known was allowed by.
    private var registryGeneration: UInt64
    private var date = HTTPDate()

    init(_ source: ReadSource) {
        self.source = source
        registryGeneration = source.registry.generation
    }

    /// Who knows what requests mean.
    var reader: any RequestReader { source.reader }

    /// The answer to a read; nil if the ordinary way has to answer.
    func answer(to read: CredentialRead) -> ReadAnswer? {
        let message = messages[read] ?? Message(read)
        renew(message)
        // Those that are parsed and those that are not may take turns: then both are kept.
        if message.bytes != nil, message.parts == nil { message.parts = make(read) }
        // Callers who may ask about any app may ask about many that are not there.
        messages[read] = message.parts == nil ? nil : message
        return message.parts
    }

    /// The whole answer to a request that was understood before; nil if it was not, or must be understood anew.
    func answer(toBytes request: ByteBuffer) -> ByteBuffer? {
        forgetIfNotAllowed()
        guard let message = known.meaning(of: request) else { return nil }
        renew(message)
        if message.bytes == nil {
            message.bytes = message.parts?.bytes
            // Most reads are recognised, and need it once.
            message.parts = nil
        }
        return message.bytes
    }

    /// Sees to it that a message tells what is true now.
    private func renew(_ message: Message) {
        let generation = source.provider.readGeneration
        guard message.generation != generation || message.until <= .now else { return }
        // Taken before the answer is: what changes in between makes the message out of date.
        message.generation = generation
        message.parts = make(message.read)
        message.until = message.parts?.until ?? .now
        message.bytes = nil
    }

    private func make(_ read: CredentialRead) -> ReadAnswer? { source.answer(read, date: date.text(at: .now)) }

    /// Who may read what, at this moment; for `learn`.
    var permission: UInt64 { source.registry.generation }

    /// Remembers that these bytes are a request for `read`, which was just answered, if that is so until the
    /// configuration is another.
    /// - Parameter permission: as it was before the request was understood.
    func learn(_ request: ByteBuffer, means read: CredentialRead, by permission: UInt64) {
        forgetIfNotAllowed()
        guard read.isAllowedByKey, permission == registryGeneration, let message = messages[read] else { return }
        known.learn(request, message)
    }

    private func forgetIfNotAllowed() {
        let generation = source.registry.generation
        guard generation != registryGeneration else { return }
        registryGeneration = generation
        known = KnownRequests()
        messages = [:]
    }
}

extension ReadAnswer {
    /// As HTTP/1.1 sends it.
    fileprivate var bytes: ByteBuffer {
        var text = "HTTP/1.1 \(head.status.code) \(head.status.reasonPhrase)\r\n"
        for field in head.headerFields { text += "\(field.name.rawName): \(field.value)\r\n" }
        text += "\r\n"
        var bytes = ByteBuffer()
        bytes.reserveCapacity(text.utf8.count + body.readableBytes)
        bytes.writeString(text)
        bytes.writeImmutableBuffer(body)
        return bytes
    }
}
