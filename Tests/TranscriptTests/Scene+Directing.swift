import KeeperCore

@testable import ClusterSimulation

/// What a scene may let happen.
extension Scene {
    /// Writes down what the world does next.
    mutating func heading(_ text: String) { page.heading(text) }

    /// Begins to write; what came before is not shown.
    mutating func openPage() { page.open(at: time.seconds) }

    /// Starts a process; the next start of the name if there was one.
    mutating func start(_ name: String) {
        let index = nodes.firstIndex { $0.name == name }
        let starts = index.map { nodes[$0].starts + 1 } ?? 1
        let holder = LeaseHolder(
            node: NodeName(name), incarnation: Incarnation(starts == 1 ? name : "\(name).\(starts)"),
            address: "http://\(name):2130")
        let core = NodeCore(
            holder: holder, settings: settings, seed: UInt64(nodes.count + 10 * starts),
            fingerprint: { Fingerprint("fp-\(Wording.spell($0))") })
        var node = SceneNode(name: name, core: core, holder: holder)
        node.starts = starts
        let place = index ?? nodes.count
        if index == nil { nodes.append(node) } else { nodes[place] = node }
        feed(.started, to: place)
    }

    /// The machine is lost, and with it whatever could speak for the process.
    mutating func kill(_ name: String) { nodes[place(name)].isAlive = false }

    /// The process stands still, as by SIGSTOP.
    mutating func freeze(_ name: String) { nodes[place(name)].isFrozen = true }

    /// It goes on: first its own clock, then what came meanwhile.
    mutating func thaw(_ name: String) {
        let node = place(name)
        let mailbox = nodes[node].mailbox
        nodes[node].mailbox = []
        nodes[node].isFrozen = false
        if nodes[node].core.nextWakeUp <= now { feed(.woke, to: node) }
        for happening in mailbox { happening(&self) }
    }

    /// A caller at this node says that WeChat refused the `number`th token.
    mutating func report(_ number: Int, at name: String) {
        let token = Token("T0-\(number - 1)")
        askRefresh(of: place(name), .refused(token), before: now + settings.timing.forwardTimeout)
    }

    /// An operator, or the process itself, wants something of a node.
    mutating func order(_ event: NodeEvent, at name: String) { feed(event, to: place(name)) }

    /// A program that is none of ours fetches a token.
    mutating func externalProgramFetches() {
        let (token, _, _) = wechat.process(.classic, of: 0, by: nil, at: time)
        write("WeChat", "issues \(Wording.spell(token)) to another program")
    }

    /// WeChat takes the newest token back.
    mutating func revokeToken() { wechat.revoke(0, at: time) }

    /// WeChat replaces the ticket at its own time.
    mutating func renewTicket() {
        wechat.revoke(1, at: time)
        let (ticket, _, _) = wechat.process(.ticket(.jsapi), of: 1, by: nil, at: time)
        write("WeChat", "replaces the ticket by \(Wording.spell(ticket))")
    }

    /// FLUSHALL.
    mutating func wipeRedis() { redis.wipe() }

    /// How many tokens WeChat has issued.
    var tokensIssued: Int { wechat.accounts[0].issues.count }

    private func place(_ name: String) -> Int {
        guard let index = nodes.firstIndex(where: { $0.name == name }) else { preconditionFailure("no node \(name)") }
        return index
    }

    /// Three nodes that have run for a minute: n1 leads, t1 is served.
    ///
    /// The page is opened now.
    static func running(
        line: CredentialLine = .classic, watchPeriod: Duration = .zero, ticket: TicketType? = nil
    ) -> Scene {
        var scene = Scene(line: line, watchPeriod: watchPeriod, ticket: ticket)
        for name in ["n1", "n2", "n3"] { scene.start(name) }
        scene.pass(60)
        scene.openPage()
        return scene
    }
}
