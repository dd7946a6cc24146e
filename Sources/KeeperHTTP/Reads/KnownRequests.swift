internal import NIOCore

/// What requests mean that were understood before, found by their bytes.
///
/// Promises: what it remembers takes at most twice `budget`, and those used last stay. A request gets in when it has
/// come a second time: those with a number of their own in a header (`X-Request-ID`, `traceparent`) never come again.
struct KnownRequests<Meaning> {
    /// A longer request is not remembered.
    static var longest: Int { 1024 }
    /// When the requests used since the last time take so many bytes, those go that were not: room for more than eight
    /// thousand of the usual 170 bytes.
    static var budget: Int { 7 << 19 }
    /// What a request takes besides its bytes: the buffer around them and a place in the table.
    static var overhead: Int { 160 }
    /// So many that came once are kept in mind.
    static var mostOnce: Int { 8192 }

    private var recent: [ByteBuffer: Meaning] = [:]
    private var former: [ByteBuffer: Meaning] = [:]
    /// What the recent ones take, in bytes.
    private var size = 0
    /// The hashes of requests that came once.
    private var once: Set<Int> = []

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
            if once.count >= Self.mostOnce { once = [] }
            once.insert(bytes.hashValue)
            return
        }
        // As it came it holds on to all that was read with it.
        remember(ByteBuffer(bytes: bytes.readableBytesView), meaning)
    }

    private mutating func remember(_ bytes: ByteBuffer, _ meaning: Meaning) {
        let added = bytes.storageCapacity + Self.overhead
        if size + added > Self.budget { (recent, former, size) = ([:], recent, 0) }
        if recent.updateValue(meaning, forKey: bytes) == nil { size += added }
    }
}
