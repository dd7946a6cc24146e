import KeeperCore

@testable import ClusterSimulation

/// How long the ways take: fixed, so that every figure of a transcript can be worked out by hand.
private enum Way {
    /// To Redis, and back; to another node, and back.
    static let near = 0.001
    /// To WeChat, and back; and a handshake with it.
    static let far = 0.05
}

/// The shell around each core: carries out what a node wants of the world.
extension Scene {
    mutating func obey(_ action: NodeAction, _ node: Int) {
        switch action {
        case .lease(let id, let command): ask(.lease(command), id, node)
        case .credential(let id, let command): ask(.credential(command), id, node)
        case .call(let id, _, let kind, let permit): fetch(kind, ofAccount: 0, id, permit, node)
        case .callForTicket(let id, _, let type, _, let permit): fetch(.ticket(type), ofAccount: 1, id, permit, node)
        case .probe(let id, _, let token, let permit): probe(token, id, permit, node)
        case .reach(let id, _): hear(.reached(request: id, isReachable: true), node, after: 2 * Way.far)
        case .forward(let id, let forwarding): forward(id, forwarding, node)
        case .askMembers(let id, let members): askMembers(id, members, node)
        case .introduce(let id, let member, _):
            let introduction = Introduction(holder: member.holder, apps: nil)
            hear(.introduced(request: id, outcome: .answered(introduction)), node, after: 2 * Way.near)
        case .answer(let waiter, let answer): carryBack(answer, to: waiter, node)
        case .serve, .left, .nameTaken, .note: break
        }
    }

    private mutating func hear(_ event: NodeEvent, _ node: Int, after seconds: Double) {
        let starts = nodes[node].starts
        after(seconds) { scene in scene.atNode(node, starts) { $0.feed(event, to: node) } }
    }

    // MARK: Redis

    private mutating func ask(_ question: Wording.Question, _ id: RequestID, _ node: Int) {
        let (holder, starts, connection) = (nodes[node].holder, nodes[node].starts, nodes[node].connection)
        let deadline = now + settings.timing.commandTimeout
        guard !isRedisAway else {
            return after(Way.near) { scene in
                scene.atNode(node, starts) {
                    $0.feed(
                        Self.failure(id, question, .unreachable(reason: "connection refused")), to: node,
                        answering: question)
                }
            }
        }
        after(Way.near) { scene in
            let server = ServerIdentity(run: scene.redis.run, connection: connection)
            let answer = scene.run(question, id, holder, server)
            scene.spreadHint()
            guard scene.losesAnswer?(question) != true else {
                scene.losesAnswer = nil
                return scene.at(deadline) { $0.timeOut(question, id, node, starts) }
            }
            scene.after(Way.near) { scene in
                scene.atNode(node, starts) { scene in
                    guard scene.now < deadline else { return scene.timeOut(question, id, node, starts) }
                    scene.feed(answer, to: node, answering: question)
                }
            }
        }
    }

    /// One command, at one moment.
    private mutating func run(
        _ question: Wording.Question, _ id: RequestID, _ holder: LeaseHolder, _ server: ServerIdentity
    ) -> NodeEvent {
        switch question {
        case .lease(let command):
            return .leaseReplied(
                request: id,
                reply: .success(LeaseReply(server: server, answer: redis.perform(command, as: holder, at: time))))
        case .credential(let command):
            let (outcome, record) = redis.perform(command, as: holder, at: time)
            let reply = CredentialReply(
                server: server, store: redis.contents.store ?? "", outcome: outcome, record: record)
            return .appReplied(request: id, reply: .stored(.success(reply)))
        }
    }

    /// Redis tells every subscriber that something has changed.
    private mutating func spreadHint() {
        guard redis.hasHint else { return }
        redis.hasHint = false
        for node in nodes.indices where nodes[node].isAlive { hear(.hinted, node, after: Way.near) }
    }

    private mutating func timeOut(_ question: Wording.Question, _ id: RequestID, _ node: Int, _ starts: Int) {
        atNode(node, starts) { scene in
            scene.nodes[node].connection += 1
            scene.feed(Self.failure(id, question, .timedOut), to: node, answering: question)
        }
    }

    private static func failure(_ id: RequestID, _ question: Wording.Question, _ error: StoreError) -> NodeEvent {
        switch question {
        case .lease: .leaseReplied(request: id, reply: .failure(error))
        case .credential: .appReplied(request: id, reply: .stored(.failure(error)))
        }
    }

    // MARK: WeChat

    /// Connects and asks the gate; sends if it is open.
    private mutating func connect(
        _ permit: CallPermit, _ node: Int, unlessAllowed refusal: @escaping Happening, _ send: @escaping Happening
    ) {
        let starts = nodes[node].starts
        after(Way.far) { scene in
            scene.atNode(node, starts) { scene in
                let isOpen = scene.nodes[node].core.gate.allows(permit, at: scene.now)
                if isOpen { scene.after(Way.far, send) } else { refusal(&scene) }
            }
        }
    }

    private mutating func fetch(
        _ kind: CallKind, ofAccount account: Int, _ id: RequestID, _ permit: CallPermit, _ node: Int
    ) {
        let starts = nodes[node].starts
        connect(permit, node) { scene in
            let trouble = Trouble(summary: "the lease does not outlive the call")
            scene.feed(.appReplied(request: id, reply: .called(.notSent(trouble))), to: node)
        } _: { scene in
            let caller = WeChatModel.Caller(node: node, life: starts, epoch: permit.epoch, term: nil)
            let (token, left, isNew) = scene.wechat.process(kind, of: account, by: caller, at: scene.time)
            if isNew { scene.write("WeChat", "issues \(Wording.spell(token)) to \(scene.nodes[node].name)") }
            let trouble = Trouble(summary: "no answer in time", contact: .failed)
            let silence = NodeEvent.appReplied(request: id, reply: .called(.unknown(trouble)))
            guard !scene.losesNextCall else {
                scene.losesNextCall = false
                return scene.at(permit.deadline) { scene in
                    scene.atNode(node, starts) { $0.feed(silence, to: node) }
                }
            }
            // Of a ticket WeChat says two hours however old it is.
            let life: Duration = .seconds(account == 0 ? left : 7200)
            scene.after(Way.far) { scene in
                scene.atNode(node, starts) { scene in
                    let answer = NodeEvent.appReplied(request: id, reply: .called(.issued(token: token, life: life)))
                    scene.feed(scene.now < permit.deadline ? answer : silence, to: node)
                }
            }
        }
    }

    private mutating func probe(_ token: Token, _ id: RequestID, _ permit: CallPermit, _ node: Int) {
        let starts = nodes[node].starts
        connect(permit, node) { scene in
            let trouble = Trouble(summary: "the lease does not outlive the call")
            scene.feed(.appReplied(request: id, reply: .probed(.inconclusive(trouble))), to: node)
        } _: { scene in
            let isAlive = scene.wechat.accepts(token, of: 0, at: scene.time)
            scene.after(Way.far) { scene in
                scene.atNode(node, starts) {
                    $0.feed(
                        .appReplied(request: id, reply: .probed(isAlive ? .alive : .dead(errcode: 40001))), to: node)
                }
            }
        }
    }

    // MARK: Other nodes

    /// A living node that has this name.
    private func running(_ name: NodeName) -> Int? {
        nodes.firstIndex { $0.holder.node == name && $0.runs }
    }

    private mutating func forward(_ id: RequestID, _ forwarding: Forwarding, _ node: Int) {
        guard let leader = running(forwarding.leader.holder.node) else {
            return hear(
                .appReplied(request: id, reply: .forwarded(.failed(reason: "connection refused"))), node,
                after: Way.near)
        }
        let (sender, starts) = (Sender(node: node, starts: nodes[node].starts, request: id), nodes[leader].starts)
        after(Way.near) { scene in
            scene.atNode(leader, starts) {
                $0.askRefresh(of: leader, forwarding.reason, before: forwarding.deadline, sender: sender)
            }
        }
    }

    /// Somebody wants another token.
    mutating func askRefresh(
        of node: Int, _ reason: RefreshRequest.Reason, before deadline: Instant, sender: Sender? = nil
    ) {
        nodes[node].lastWaiter += 1
        let waiter = WaiterID(nodes[node].lastWaiter)
        nodes[node].senders[waiter] = sender
        let request = RefreshRequest(
            waiter: waiter, app: AppID("wx1"), reason: reason, deadline: deadline, isForwarded: sender != nil)
        feed(.refreshAsked(request), to: node)
    }

    private mutating func carryBack(_ answer: RefreshAnswer, to waiter: WaiterID, _ node: Int) {
        guard let sender = nodes[node].senders.removeValue(forKey: waiter) else { return }
        let outcome: ForwardOutcome =
            if case .token(let served, let previous, let refreshed, let stillValid) = answer {
                .token(
                    record: CredentialRecord(
                        served, previous: previous, usableOverlap: settings.usableOverlap, at: now),
                    refreshed: refreshed, stillValid: stillValid)
            } else {
                .answered(answer)
            }
        after(Way.near) { scene in
            scene.atNode(sender.node, sender.starts) {
                $0.feed(.appReplied(request: sender.request, reply: .forwarded(outcome)), to: sender.node)
            }
        }
    }

    private mutating func askMembers(_ id: RequestID, _ members: [Member], _ node: Int) {
        let starts = nodes[node].starts
        after(Way.near) { scene in
            let states = members.compactMap { member in
                scene.running(member.holder.node).map { scene.nodes[$0].core.memberState(at: scene.now) }
            }
            scene.after(Way.near) { scene in
                scene.atNode(node, starts) { $0.feed(.membersAnswered(request: id, states: states), to: node) }
            }
        }
    }
}
