internal import HTTPTypes
internal import Hummingbird
internal import KeeperCore
internal import KeeperPorts
internal import NIOCore

/// What all event loops need to answer reads.
struct ReadSource: Sendable {
    /// The node whose tokens are read.
    let provider: any CredentialProvider
    /// Who may read them.
    let registry: AccessRegistry
    /// Its name.
    let node: NodeName
    /// Who knows what requests mean.
    let reader: any RequestReader
}

/// Says what requests read.
protocol RequestReader: Sendable {
    /// Whether a POST may read something, which its body tells; all others need not wait for theirs here.
    func mayReadByBody(_ head: HTTPRequest) -> Bool
    /// What a request reads, if it asks for no more and may be answered; nil if the ordinary way has to answer.
    /// - Parameter body: the whole body, if there is one.
    func read(_ head: HTTPRequest, _ body: ByteBuffer?, on channel: any Channel) -> CredentialRead?
}

/// An answer to a read.
struct ReadAnswer {
    var head: HTTPResponse
    var body: ByteBuffer
    /// Until then it stays as it is, unless the provider's generation changes.
    var until: ContinuousClock.Instant
}

extension ReadSource {
    /// The answer to a read, dated; nil if the ordinary way has to answer.
    func answer(_ read: CredentialRead, date: String) -> ReadAnswer? {
        let reading = provider.lastingRead(read.credential)
        // Whoever asks a node on its way out is told to end the connection.
        guard !provider.isDraining, let (answer, body) = read.response(telling: reading.reading) else { return nil }
        var response = answer
        response.addCommonHeaders(of: node)
        response.headers[.date] = date
        return ReadAnswer(head: response.head, body: body, until: reading.until)
    }
}
