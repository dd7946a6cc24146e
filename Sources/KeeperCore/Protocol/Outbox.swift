/// Collects what is to be done about one event, numbers the requests and counts what happens.
struct Outbox: Sendable {
    private(set) var actions: [NodeAction] = []
    private var lastRequest: UInt64 = 0
    /// Not of each app: a counter must not go back when one is dropped.
    var counters = Counters()

    private mutating func nextRequest() -> RequestID {
        lastRequest += 1
        return RequestID(lastRequest)
    }

    mutating func send(_ command: LeaseCommand) -> RequestID {
        let id = nextRequest()
        actions.append(.lease(id, command))
        return id
    }

    mutating func send(_ command: CredentialCommand) -> RequestID {
        let id = nextRequest()
        actions.append(.credential(id, command))
        return id
    }

    mutating func call(_ app: AppID, _ kind: CallKind, _ permit: CallPermit) -> RequestID {
        let id = nextRequest()
        actions.append(.call(id, app, kind, permit))
        return id
    }

    mutating func callForTicket(
        _ app: AppID, _ type: TicketType, by token: Token, _ permit: CallPermit
    ) -> RequestID {
        let id = nextRequest()
        actions.append(.callForTicket(id, app, type, by: token, permit))
        return id
    }

    mutating func probe(_ app: AppID, _ token: Token, _ permit: CallPermit) -> RequestID {
        let id = nextRequest()
        actions.append(.probe(id, app, token, permit))
        return id
    }

    mutating func reach(before deadline: Instant) -> RequestID {
        let id = nextRequest()
        actions.append(.reach(id, before: deadline))
        return id
    }

    mutating func forward(_ forwarding: Forwarding) -> RequestID {
        let id = nextRequest()
        actions.append(.forward(id, forwarding))
        return id
    }

    mutating func askPeers(_ members: [Member]) -> RequestID {
        let id = nextRequest()
        actions.append(.askPeers(id, members))
        return id
    }

    mutating func introduce(to member: Member, apps: AppsDigest) -> RequestID {
        let id = nextRequest()
        actions.append(.introduce(id, to: member, apps: apps))
        return id
    }

    mutating func append(_ action: NodeAction) { actions.append(action) }

    mutating func note(_ notice: Notice) { actions.append(.note(notice)) }

    /// Hands over what was collected in exchange for an empty list.
    mutating func drain(into list: inout [NodeAction]) { swap(&list, &actions) }
}
