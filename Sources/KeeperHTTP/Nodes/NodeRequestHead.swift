internal import KeeperCore

/// The head of a request from one node to another, as the proof covers it.
struct NodeRequestHead: Equatable, Sendable {
    /// Allowed difference between the wall clocks of two nodes, and the age at which a request is void.
    static let window: Duration = .seconds(60)

    /// GET or POST.
    var method: String
    /// Path and query.
    var target: String
    /// When it was asked, in milliseconds since 1970, as the asking node believes.
    var time: Int64
    /// 128 random bits in 32 hexadecimal digits, never used again.
    var nonce: String
    /// Whom it is meant for: after a restart it is void.
    var recipient: Incarnation
    /// How many nodes have passed the request on, this one included.
    var hop: Int
    /// The term the asking node knows.
    var epoch: Epoch
    /// Milliseconds left until it gives up.
    var remaining: Int64

    /// The head of a new request, with a new nonce.
    init(
        method: String, target: String, time: Int64, recipient: Incarnation, hop: Int, epoch: Epoch, remaining: Int64
    ) {
        var generator = SystemRandomNumberGenerator()
        let bits = [generator.next(), generator.next()]
        self.method = method
        self.target = target
        self.time = time
        nonce = bits.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }.hexadecimal
        self.recipient = recipient
        self.hop = hop
        self.epoch = epoch
        self.remaining = remaining
    }

    /// Reads the head from the headers of a request; nil if one is missing or badly written.
    init?(method: String, target: String, header: (String) -> String?) {
        guard let time = header("X-Wxkeeper-Time").flatMap(Int64.init),
            let nonce = header("X-Wxkeeper-Nonce"), nonce.utf8.count == 32,
            let recipient = header("X-Wxkeeper-To"),
            let hop = header("X-Wxkeeper-Hop").flatMap(Int.init), hop >= 0,
            let epoch = header("X-Wxkeeper-Epoch").flatMap(UInt64.init),
            let remaining = header("X-Wxkeeper-Remaining").flatMap(Int64.init), remaining >= 0
        else { return nil }
        self.method = method
        self.target = target
        self.time = time
        self.nonce = nonce
        self.recipient = Incarnation(recipient)
        self.hop = hop
        self.epoch = Epoch(epoch)
        self.remaining = remaining
    }

    /// The headers that carry it, with the proof for `body` as it is sent.
    func headers(for body: [UInt8], _ secret: ClusterSecret) -> [(name: String, value: String)] {
        [
            ("X-Wxkeeper-Time", String(time)),
            ("X-Wxkeeper-Nonce", nonce),
            ("X-Wxkeeper-To", recipient.rawValue),
            ("X-Wxkeeper-Hop", String(hop)),
            ("X-Wxkeeper-Epoch", String(epoch.rawValue)),
            ("X-Wxkeeper-Remaining", String(remaining)),
            ("X-Wxkeeper-Mac", secret.proof(of: proven(with: body), .request)),
        ]
    }

    /// Everything the proof covers.
    ///
    /// Each part has its length before it, so that no two requests look alike.
    func proven(with body: [UInt8]) -> [UInt8] {
        let texts = [
            method, target, String(time), nonce, recipient.rawValue, String(hop), String(epoch.rawValue),
            String(remaining),
        ]
        return (texts.map { Array($0.utf8) } + [body]).framed
    }

    /// Everything the proof of the reply covers.
    func proven(status: Int, body: [UInt8]) -> [UInt8] {
        [Array(nonce.utf8), Array(String(status).utf8), body].framed
    }
}

extension [[UInt8]] {
    /// The parts one after another, each behind its length in eight bytes.
    fileprivate var framed: [UInt8] {
        flatMap { part in (0..<8).map { UInt8(truncatingIfNeeded: part.count >> (8 * $0)) } + part }
    }
}
