internal import KeeperCore

/// The way to WeChat and back: connect, ask the gate, send, process, answer.
extension World {
    /// Whether WeChat and the way to it have no bad luck.
    private var isSteady: Bool { conditions.isSmooth || options.onlyStoreFails }

    mutating func call(
        _ id: RequestID, _ app: AppID, _ content: WeChatRequest.Content, _ permit: CallPermit, _ node: Int,
        _ now: Instant
    ) {
        let call = SimulatedNode.PendingCall(id: id, app: index(of: app), content: content, permit: permit)
        checkPermit(call, node, now)
        nodes[node].calls.append(call)
        let life = nodes[node].life
        if !conditions.reachesWeChat(node, at: time), random.chance(0.5) {
            let ending = failed(call, Trouble(summary: "no connection", contact: .failed))
            return push(ending, to: node, life, after: random.number(0.001...0.3))
        }
        push(.connected(id), to: node, life, after: random.number(0.01...0.3))
        let deadline = max(nodes[node].clock.time(of: permit.deadline), time)
        let silence: Delivery = if case .fetch = content { .callEnded(id, nil) } else { .probeEnded(id, nil) }
        queue.push(.deliver(node: node, life: life, silence), at: deadline)
    }

    /// A connection for nothing else: made or not, and in no case a request.
    mutating func reach(_ id: RequestID, before deadline: Instant, _ node: Int) {
        let isThere = conditions.reachesWeChat(node, at: time)
        let silence = nodes[node].clock.time(of: deadline) - time
        let after = isThere || random.chance(0.5) ? random.number(0.01...0.3) : silence
        push(.event(.reached(request: id, isReachable: isThere)), to: node, nodes[node].life, after: after)
    }

    private func failed(_ call: SimulatedNode.PendingCall, _ trouble: Trouble) -> Delivery {
        switch call.content {
        case .fetch: .callEnded(call.id, .notSent(trouble))
        case .probe: .probeEnded(call.id, .inconclusive(trouble))
        }
    }

    /// The connection stands: the last question before the first byte.
    mutating func connected(_ id: RequestID, _ node: Int) {
        guard let index = nodes[node].calls.firstIndex(where: { $0.id == id }) else { return }
        let call = nodes[node].calls[index]
        let now = nodes[node].clock.instant(at: time)
        let mayBegin =
            nodes[node].gate.allows(call.permit, at: now) || !options.rules.isInForce(.preRequestCheck)
        guard mayBegin else {
            report.sightings.count(.permitWithdrawn)
            return deliver(
                failed(call, Trouble(summary: "the lease does not outlive the call")), to: node, nodes[node].life)
        }
        nodes[node].calls[index].isSent = true
        let deadline = nodes[node].clock.time(of: call.permit.deadline)
        let left = deadline - time
        var travel = random.number(0.01...0.2)
        if !isSteady, random.chance(options.longCalls) {
            travel = random.number(0.2...max(0.2, left + 0.9 * settings.timing.lateness.inSeconds))
        }
        if !isSteady, options.breaksAssumptions, random.chance(0.02) { travel += random.number(3...12) }
        let isLost = !isSteady && (random.chance(0.01) || !conditions.reachesWeChat(node, at: time))
        if !isLost { send(call, node, travel, deadline) }
    }

    private mutating func send(
        _ call: SimulatedNode.PendingCall, _ node: Int, _ travel: Double, _ deadline: WorldTime
    ) {
        let caller = WeChatModel.Caller(
            node: node, life: nodes[node].life, epoch: call.permit.epoch,
            term: redis.term(call.permit.epoch, of: nodes[node].holder.incarnation))
        let request = WeChatRequest(
            caller: caller, id: call.id, app: call.app, content: call.content, deadline: deadline)
        if case .fetch = call.content { report.calls += 1 }
        if call.rotates { leaves(request) }
        queue.push(.wechatReceives(request), at: time + travel)
    }

    /// WeChat processes a call, whether or not anybody still waits.
    mutating func wechatReceives(_ request: WeChatRequest) {
        let answer: Delivery
        switch request.content {
        case .fetch(let kind): answer = .callEnded(request.id, fetch(kind, request))
        case .probe(let token): answer = .probeEnded(request.id, probe(token, request))
        }
        let arrival = time + random.number(0.01...0.2)
        let isLost =
            !isSteady && (random.chance(0.03) || !conditions.reachesWeChat(request.caller.node, at: time))
        guard !isLost, arrival < request.deadline else { return }
        queue.push(.deliver(node: request.caller.node, life: request.caller.life, answer), at: arrival)
    }

    private mutating func fetch(_ kind: CallKind, _ request: WeChatRequest) -> CallOutcome {
        let app = request.app
        if kind.rotates { arrives(request) }
        if wechat.accounts[app].isMisconfigured {
            return .refused(Refusal(trouble: Trouble(errcode: 40125, summary: "invalid appsecret"), reaction: .stop))
        }
        if time < conditions.wechatErrsUntil, random.chance(0.7) {
            return .refused(refusal())
        }
        let (token, left, isNew) = wechat.process(kind, of: app, by: request.caller, at: time)
        if isNew { issued(request, kind) }
        tell("wechat", "\(nodes[request.caller.node].name) \(apps[app]) \(kind): \(token.secret)")
        if !isSteady, random.chance(0.005) { return .unknown(Trouble(summary: "an answer of no use")) }
        return .issued(token: token, life: .seconds(kind == .stable ? left.rounded(.down) : left))
    }

    /// Mostly "system busy"; now and then one that asks for more patience than a world has.
    private mutating func refusal() -> Refusal {
        switch random.index(12) {
        case 0 where time.seconds < 15:
            Refusal(trouble: Trouble(errcode: 45011, summary: "too many this minute"), reaction: .nextMinute)
        default: Refusal(trouble: Trouble(errcode: -1, summary: "system busy"), reaction: .backOff)
        }
    }

    private mutating func probe(_ token: Token, _ request: WeChatRequest) -> ProbeOutcome {
        if time < conditions.wechatErrsUntil, random.chance(0.7) {
            return .inconclusive(Trouble(errcode: -1, summary: "system busy", contact: .met))
        }
        return wechat.accepts(token, of: request.app, at: time) ? .alive : .dead(errcode: 40001)
    }

    // MARK: The answer at the node

    mutating func callEnded(_ id: RequestID, _ outcome: CallOutcome?, _ node: Int) {
        guard let call = nodes[node].takeCall(id) else { return }
        let isLate = nodes[node].clock.instant(at: time) >= call.permit.deadline
        let trouble = Trouble(summary: "timed out", contact: .failed)
        let silence: CallOutcome = call.isSent ? .unknown(trouble) : .notSent(trouble)
        feed(.appReplied(request: id, reply: .called(isLate ? silence : outcome ?? silence)), to: node)
    }

    mutating func probeEnded(_ id: RequestID, _ outcome: ProbeOutcome?, _ node: Int) {
        guard let call = nodes[node].takeCall(id) else { return }
        let isLate = nodes[node].clock.instant(at: time) >= call.permit.deadline
        let silence = ProbeOutcome.inconclusive(Trouble(summary: "timed out", contact: .failed))
        feed(.appReplied(request: id, reply: .probed(isLate ? silence : outcome ?? silence)), to: node)
    }
}
