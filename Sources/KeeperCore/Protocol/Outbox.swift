/// Collects what is to be done about one event, numbers the requests, remembers whose they are and counts what happens.
struct Outbox: Sendable {
    private(set) var actions: [NodeAction] = []
    /// What the app that speaks wants of the node.
    private(set) var wants: [RefresherAction] = []
    private var lastRequest: UInt64 = 0
    /// The place of the app that speaks; the requests it sends are its own.
    private var speaker: Int?
    /// Which app a request on its way belongs to; only looked up.
    private var appOfRequest: [RequestID: Int] = [:]
    /// Which app a caller waits for; only looked up.
    private var appOfWaiter: [WaiterID: Int] = [:]
    /// Not of each app: a counter must not go back when one is dropped.
    var counters = Counters()

    private mutating func nextRequest() -> RequestID {
        lastRequest += 1
        return RequestID(lastRequest)
    }

    /// A request of the app that speaks.
    private mutating func nextOfApp() -> RequestID {
        let id = nextRequest()
        if let speaker { appOfRequest[id] = speaker }
        return id
    }

    mutating func send(_ command: LeaseCommand) -> RequestID {
        let id = nextRequest()
        actions.append(.lease(request: id, command: command))
        return id
    }

    mutating func send(_ command: CredentialCommand) -> RequestID {
        let id = nextOfApp()
        actions.append(.credential(request: id, command: command))
        return id
    }

    mutating func call(_ app: AppID, _ kind: CallKind, _ permit: CallPermit) -> RequestID {
        let id = nextOfApp()
        actions.append(.call(request: id, app: app, kind: kind, permit: permit))
        return id
    }

    mutating func callForTicket(
        _ app: AppID, _ type: TicketType, by token: Token, _ permit: CallPermit
    ) -> RequestID {
        let id = nextOfApp()
        actions.append(.callForTicket(request: id, app: app, type: type, token: token, permit: permit))
        return id
    }

    mutating func probe(_ app: AppID, _ token: Token, _ permit: CallPermit) -> RequestID {
        let id = nextOfApp()
        actions.append(.probe(request: id, app: app, token: token, permit: permit))
        return id
    }

    mutating func reach(before deadline: Instant) -> RequestID {
        let id = nextRequest()
        actions.append(.reach(request: id, deadline: deadline))
        return id
    }

    mutating func forward(_ forwarding: Forwarding) -> RequestID {
        let id = nextOfApp()
        actions.append(.forward(request: id, forwarding: forwarding))
        return id
    }

    mutating func askMembers(_ members: [Member]) -> RequestID {
        let id = nextRequest()
        actions.append(.askMembers(request: id, members: members))
        return id
    }

    mutating func introduce(to member: Member, apps: AppsDigest) -> RequestID {
        let id = nextRequest()
        actions.append(.introduce(request: id, to: member, apps: apps))
        return id
    }

    mutating func append(_ action: NodeAction) { actions.append(action) }

    mutating func note(_ notice: Notice) { actions.append(.note(notice)) }

    /// Answers a caller, who waits no longer.
    mutating func answer(_ waiter: WaiterID, _ answer: RefreshAnswer) {
        appOfWaiter[waiter] = nil
        actions.append(.answer(waiter: waiter, answer: answer))
    }

    /// Tells the node what the app that speaks wants of it.
    mutating func want(_ action: RefresherAction) { wants.append(action) }

    /// What was wanted has been seen to.
    mutating func obeyed() { wants.removeAll(keepingCapacity: true) }

    /// Hands over what was collected in exchange for an empty list.
    mutating func drain(into list: inout [NodeAction]) { swap(&list, &actions) }
}

// MARK: Who speaks and who waits

extension Outbox {
    /// How many callers wait.
    var waiterCount: Int { appOfWaiter.count }

    /// From now on this app speaks.
    mutating func speak(for app: Int) { speaker = app }

    /// A caller waits for an app.
    mutating func admit(_ waiter: WaiterID, to app: Int) { appOfWaiter[waiter] = app }

    /// A caller waits no longer.
    /// - Returns: the app it waited for.
    mutating func dismiss(_ waiter: WaiterID) -> Int? { appOfWaiter.removeValue(forKey: waiter) }

    /// A request is over.
    /// - Returns: the app that sent it; nil if none did, or it is kept no more.
    mutating func close(_ request: RequestID) -> Int? { appOfRequest.removeValue(forKey: request) }

    /// The apps have other places, or none any more.
    mutating func rearrange(_ places: [Int: Int]) {
        appOfRequest = appOfRequest.compactMapValues { places[$0] }
        appOfWaiter = appOfWaiter.compactMapValues { places[$0] }
        speaker = nil
    }
}
