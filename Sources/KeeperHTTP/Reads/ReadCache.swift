internal import Foundation
internal import HTTPTypes
internal import KeeperPorts
internal import NIOCore

/// The answers to reads on one event loop: each is put into bytes once, and given to everybody until it changes.
///
/// Promises: what it hands out is what the ordinary way would answer at that moment, but for the date, which may be a
/// second old. It holds no more requests than `KnownRequests` and no more answers than there are credentials and forms.
final class ReadCache {
    /// An answer as it goes over the wire.
    final class Message {
        fileprivate let read: CredentialRead
        fileprivate var bytes = ByteBuffer()
        fileprivate var until: ContinuousClock.Instant
        fileprivate var generation: UInt64?

        fileprivate init(_ read: CredentialRead) {
            self.read = read
            until = .now
        }
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
    func answer(to read: CredentialRead) -> ReadAnswer? { source.answer(read, date: date.text(at: .now)) }

    /// The whole answer to a request that was understood before; nil if it was not, or must be understood anew.
    func answer(toBytes request: ByteBuffer) -> ByteBuffer? {
        forgetIfNotAllowed()
        guard let message = known.meaning(of: request) else { return nil }
        let generation = source.provider.readGeneration
        guard message.generation != generation || message.until <= .now else { return message.bytes }
        // Taken before the answer is: what changes in between makes this message out of date.
        guard let answer = answer(to: message.read) else { return nil }
        message.bytes = answer.bytes
        (message.until, message.generation) = (answer.until, generation)
        return message.bytes
    }

    /// Who may read what, at this moment; for `learn`.
    var permission: UInt64 { source.registry.generation }

    /// Remembers that these bytes are a request for `read`, if that is so until the configuration is another.
    /// - Parameter permission: as it was before the request was understood.
    func learn(_ request: ByteBuffer, means read: CredentialRead, by permission: UInt64) {
        forgetIfNotAllowed()
        guard read.isAllowedByKey, permission == registryGeneration else { return }
        let message = messages[read] ?? Message(read)
        messages[read] = message
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
        var bytes = ByteBuffer(string: text + "\r\n")
        bytes.writeImmutableBuffer(body)
        return bytes
    }
}
