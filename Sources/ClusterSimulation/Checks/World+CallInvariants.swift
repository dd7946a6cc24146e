internal import KeeperCore

/// The invariants about calls: one caller at a time, in the order of the terms, within the lease.
extension World {
    /// A node means to fetch a token: only within its lease, and never two rotating calls of one app at once. (A probe
    /// rotates nothing; the gate is enough for it.)
    mutating func checkPermit(_ call: SimulatedNode.PendingCall, _ node: Int, _ now: Instant) {
        guard case .fetch = call.content else { return }
        let gate = nodes[node].gate
        let name = nodes[node].name
        if call.permit.deadline > now + settings.timing.callTimeout || !gate.allows(call.permit, at: now) {
            violate(.permitTooLong, "\(name): until \(call.permit.deadline), the lease until \(gate.validUntil)")
        }
        if call.rotates, nodes[node].calls.contains(where: { $0.app == call.app && $0.rotates }) {
            violate(.overlap, "\(name) called for \(apps[call.app]) twice at once")
        }
    }

    /// A node's lease must not outlast what the store granted, in true time.
    mutating func checkLease(_ node: Int) {
        let gate = nodes[node].gate
        guard gate != nodes[node].checkedGate, let epoch = gate.epoch else { return }
        nodes[node].checkedGate = gate
        let end = nodes[node].clock.time(of: gate.validUntil)
        guard end > nodes[node].grantedAt + settings.timing.ttl.inSeconds, end > time else { return }
        violate(
            .leaseTooLong,
            "\(nodes[node].name) epoch \(epoch) until \(decimal(end.seconds)), "
                + "granted at \(decimal(nodes[node].grantedAt.seconds))")
    }

    /// A lease was taken over by force: whoever held it must have stopped believing in it. (Unless its number comes a
    /// second time to the same process, which then is in its own quiet period and stays there; or the command ran so
    /// late that the server had come back from an older copy meanwhile, which shows the renewal watched then: whoever
    /// has given it up and asks again waits as after a total loss.)
    mutating func checkTakeover(of lease: LeaseRecord, by request: StoreRequest, _ answer: LeaseReply.Answer) {
        if case .granted(_, _, isOld: true) = answer, !request.isAwaited { return }
        guard !redis.isSecondGrant(lease.epoch, of: lease.holder) else { return }
        let holder = nodes.first { node in
            node.holder == lease.holder && node.isAlive && node.gate.epoch == lease.epoch
                && node.clock.instant(at: time) < node.gate.validUntil
        }
        guard let holder else { return }
        violate(.leaseTaken, "\(nodes[request.node].name) took it from \(holder.name)")
    }

    /// A rotating call leaves a node.
    mutating func leaves(_ request: WeChatRequest) {
        if let other = books[request.app].flights.first, !options.breaksAssumptions {
            violate(
                .overlap,
                "\(apps[request.app]): \(describe(request.caller)) left while \(describe(other)) was under way")
        }
        books[request.app].flights.append(request.caller)
    }

    /// A rotating call is processed.
    mutating func arrives(_ request: WeChatRequest) {
        let caller = request.caller
        if let index = books[request.app].flights.firstIndex(of: caller) {
            books[request.app].flights.remove(at: index)
        }
        let term = caller.term ?? 0
        if term < books[request.app].newestTerm, !options.breaksAssumptions {
            violate(
                .termOrder,
                "\(apps[request.app]): \(describe(caller)) after term \(books[request.app].newestTerm)")
        }
        books[request.app].newestTerm = max(books[request.app].newestTerm, term)
    }

    /// WeChat has issued a token to the cluster.
    mutating func issued(_ request: WeChatRequest, _ kind: CallKind) {
        let app = request.app
        let number = wechat.accounts[app].issues.count - 1
        books[app].newestIssue = number
        guard kind.rotates else { return }
        books[app].newestRotation = number
        if books[app].unpublishedSince == nil { books[app].unpublishedSince = time }
        let record = redis.stored(apps[app])
        guard record?.intent == nil, record?.uncertainty == nil, !books[app].hasLostHistory, !options.breaksAssumptions
        else { return }
        // The store may have lost the intent while the call was under way; the caller's memory is the mark then.
        let longestCall = settings.timing.callTimeout + settings.timing.lateness
        guard time - books[app].lostAt > longestCall.inSeconds else { return }
        violate(.unmarkedRotation, "\(apps[app]): token \(number) by \(describe(request.caller))")
    }

    func describe(_ caller: WeChatModel.Caller) -> String {
        "\(nodes[caller.node].name) epoch \(caller.epoch) (term \(caller.term.map(String.init) ?? "?"))"
    }
}
