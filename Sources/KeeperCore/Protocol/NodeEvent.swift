/// Everything that can happen to a node.
///
/// `NodeCore.handle(_:at:)` is the only gate.
public enum NodeEvent: Hashable, Sendable {
    /// The process is up; the first event.
    case started
    /// The moment of `NodeCore.nextWakeUp` has come.
    case woke
    /// The store says something has changed; only a hint, it may be lost or late.
    case hinted
    /// The store answered a `NodeAction.lease`, or did not.
    case leaseReplied(request: RequestID, reply: Result<LeaseReply, StoreError>)
    /// What one app has asked of the world is over.
    indirect case appReplied(request: RequestID, reply: AppReply)
    /// A `NodeAction.reach` is over: whether WeChat was there.
    case reached(request: RequestID, isReachable: Bool)
    /// A caller, here or at another node, wants another token.
    indirect case refreshAsked(RefreshRequest)
    /// A caller waits no longer.
    case waiterLeft(WaiterID)
    /// A `NodeAction.askMembers` is over: what came back in time.
    case membersAnswered(request: RequestID, states: [MemberState])
    /// A `NodeAction.introduce` is over.
    indirect case introduced(request: RequestID, outcome: IntroductionOutcome)
    /// An operator wants this node to give the lease up and not take it again at once; to the node named, if one is.
    case handoverAsked(to: NodeName?)
    /// The process shall end: give the lease up now, then only serve.
    case leaveAsked
    /// These apps are to be kept from now on, each once.
    case configured([AppSettings])
}

/// How a request about one app ended.
public enum AppReply: Hashable, Sendable {
    /// The store answered a `NodeAction.credential`, or did not.
    case stored(Result<CredentialReply, StoreError>)
    /// A `NodeAction.call` or a `NodeAction.callForTicket` is over.
    case called(CallOutcome)
    /// A `NodeAction.probe` is over.
    case probed(ProbeOutcome)
    /// A `NodeAction.forward` is over.
    case forwarded(ForwardOutcome)
}
