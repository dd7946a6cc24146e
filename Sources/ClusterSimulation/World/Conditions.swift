/// What is wrong with the world around the nodes, and until when.
struct Conditions: Hashable, Sendable {
    /// How a store that is down behaves.
    enum StoreDown: Hashable, Sendable {
        /// Connections are refused.
        case refuses
        /// Packets vanish.
        case swallows
        /// The process stands still: what arrives is executed when it goes on.
        case stopped
    }

    var storeDown = StoreDown.refuses
    var storeDownUntil = WorldTime.never
    var storeSlowUntil = WorldTime.never
    /// Until when each node is cut off from the store, both ways.
    var partitionedUntil: [WorldTime]
    /// Until when each node gets no answers of the store.
    var repliesLostUntil: [WorldTime]
    /// Until when each pair of nodes is parted; the pair (i, j) lies at i * nodes + j.
    var partedUntil: [WorldTime]
    var wechatDownUntil = WorldTime.never
    /// Until when each node is cut off from WeChat.
    var wechatCutUntil: [WorldTime]
    var wechatErrsUntil = WorldTime.never
    /// No fault at all from now on.
    var isCalm = false
    /// Nothing is lost or late by mere bad luck.
    var isSmooth = false
    /// When the store's clock was last set or stopped.
    var clockTamperedAt = WorldTime.never

    private let nodes: Int

    init(nodes: Int) {
        self.nodes = nodes
        partitionedUntil = Array(repeating: .never, count: nodes)
        repliesLostUntil = Array(repeating: .never, count: nodes)
        wechatCutUntil = Array(repeating: .never, count: nodes)
        partedUntil = Array(repeating: .never, count: nodes * nodes)
    }

    func areParted(_ left: Int, _ right: Int, at time: WorldTime) -> Bool {
        time < partedUntil[left * nodes + right]
    }

    func reachesWeChat(_ node: Int, at time: WorldTime) -> Bool {
        time >= wechatDownUntil && time >= wechatCutUntil[node]
    }

    mutating func part(_ left: Int, _ right: Int, until end: WorldTime) {
        partedUntil[left * nodes + right] = end
        partedUntil[right * nodes + left] = end
    }

    /// Ends every fault.
    mutating func calm() {
        let tampered = clockTamperedAt
        self = Conditions(nodes: nodes)
        clockTamperedAt = tampered
        isCalm = true
        isSmooth = true
    }
}
