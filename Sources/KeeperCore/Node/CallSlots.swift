/// How many apps may call WeChat at once, whose turn it is when one of them is done, and who is busy with a call.
///
/// A call counts from its intent on: what has begun must not have to wait.
struct CallSlots: Sendable {
    /// Most calls at one time.
    static let most = 64

    /// How many there are; the apps whose activity calls WeChat.
    private(set) var taken = 0
    /// How many apps have a call for a token, or its outcome, on the way.
    private var busy = 0
    private var activity: [RefresherActivity]
    /// Who has a plan that is due and waits for the node.
    private var isWaiting: [Bool]
    /// Slots that have become free and were offered to nobody yet.
    private var freed = 0
    /// Where the search for an app that waits goes on, so that each has its turn.
    private var next = 0

    /// - Parameter apps: how many there are.
    init(apps: Int) {
        activity = Array(repeating: .idle, count: apps)
        isWaiting = Array(repeating: false, count: apps)
    }

    /// Whether one more may call.
    var hasFree: Bool { taken < Self.most }

    /// Whether a call for a token, or its outcome, is on the way for any app.
    var isAnyoneBusy: Bool { busy > 0 }

    /// Whether an app waits for the node.
    func isWaiting(_ app: Int) -> Bool { isWaiting[app] }

    /// Notes what an app does now.
    mutating func book(_ app: Int, _ now: RefresherActivity) {
        let before = activity[app]
        activity[app] = now
        busy += (now.isBusy ? 1 : 0) - (before.isBusy ? 1 : 0)
        guard before.callsWeChat != now.callsWeChat else { return }
        taken += now.callsWeChat ? 1 : -1
        if !now.callsWeChat { freed += 1 }
    }

    /// An app has a plan that is due, and waits for the node.
    mutating func wait(_ app: Int) { isWaiting[app] = true }

    /// An app looks again; it says so if it still waits.
    mutating func look(_ app: Int) { isWaiting[app] = false }

    /// Offers a slot that has become free to the next app that waits; nil if there is none.
    mutating func nextInTurn() -> Int? {
        guard freed > 0 else { return nil }
        freed -= 1
        let count = isWaiting.count
        guard let found = (next..<next + count).lazy.map({ $0 % count }).first(where: { isWaiting[$0] }) else {
            freed = 0
            return nil
        }
        next = found + 1
        return found
    }
}
