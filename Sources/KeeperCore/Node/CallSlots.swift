/// How many apps may call WeChat at once, and whose turn it is when one of them is done.
///
/// A call counts from its intent on: what has begun must not have to wait.
struct CallSlots: Sendable {
    /// Most calls at one time.
    static let most = 64

    /// How many there are.
    private(set) var taken = 0
    private var isCalling: [Bool]
    /// Slots that have become free and were offered to nobody yet.
    private var freed = 0
    /// Where the search for an app that waits goes on, so that each has its turn.
    private var next = 0

    /// - Parameter apps: how many there are.
    init(apps: Int) { isCalling = Array(repeating: false, count: apps) }

    /// Whether one more may call.
    var hasFree: Bool { taken < Self.most }

    /// Notes whether an app calls now.
    mutating func book(_ app: Int, _ calls: Bool) {
        guard isCalling[app] != calls else { return }
        isCalling[app] = calls
        taken += calls ? 1 : -1
        if !calls { freed += 1 }
    }

    /// Offers a slot that has become free to the next app that waits; nil if there is none.
    mutating func nextInTurn(where isWaiting: (Int) -> Bool) -> Int? {
        guard freed > 0 else { return nil }
        freed -= 1
        let order = (next..<next + isCalling.count).lazy.map { [count = isCalling.count] in $0 % count }
        guard let found = order.first(where: isWaiting) else {
            freed = 0
            return nil
        }
        next = found + 1
        return found
    }
}
