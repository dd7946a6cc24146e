internal import NIOCore

/// What requests mean that were understood before, found by their bytes.
///
/// Remembers at most twice `most`, the latest used. A request gets in when it has come a second time: those with a
/// number of their own in a header (`X-Request-ID`, `traceparent`) never come again.
struct KnownRequests<Meaning> {
    /// A longer request is not remembered.
    static var longest: Int { 1024 }
    /// So many are remembered, before those go that were not used for as many others.
    static var most: Int { 8192 }

    private var recent: [ByteBuffer: Meaning] = [:]
    private var former: [ByteBuffer: Meaning] = [:]
    /// The hashes of requests that came once.
    private var once: Set<Int> = []

    /// How many are remembered.
    var count: Int { recent.count + former.count }

    /// What these bytes mean.
    mutating func meaning(of bytes: ByteBuffer) -> Meaning? {
        if let meaning = recent[bytes] { return meaning }
        guard let place = former.index(forKey: bytes) else { return nil }
        let (key, meaning) = former.remove(at: place)
        remember(key, meaning)
        return meaning
    }

    /// Remembers what these bytes mean, unless they have come for the first time.
    mutating func learn(_ bytes: ByteBuffer, _ meaning: Meaning) {
        guard bytes.readableBytes <= Self.longest else { return }
        guard once.remove(bytes.hashValue) != nil else {
            if once.count >= Self.most { once = [] }
            once.insert(bytes.hashValue)
            return
        }
        // As it came it holds on to all that was read with it.
        remember(ByteBuffer(bytes: bytes.readableBytesView), meaning)
    }

    private mutating func remember(_ bytes: ByteBuffer, _ meaning: Meaning) {
        if recent.count >= Self.most { (recent, former) = ([:], recent) }
        recent[bytes] = meaning
    }
}
