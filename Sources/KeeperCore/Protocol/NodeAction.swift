/// Everything a node can be told to do.
///
/// The shell obeys; each IO action comes back as one event with its `RequestID`.
public enum NodeAction: Equatable, Sendable {
    /// Ask the store about the lease; give up after `LeaseTiming.commandTimeout`.
    case lease(request: RequestID, command: LeaseCommand)
    /// Ask the store about a credential; give up after `LeaseTiming.commandTimeout`.
    case credential(request: RequestID, command: CredentialCommand)
    /// Call WeChat for a token until `permit.deadline`; ask `LeaseGate.allows` right before the first byte.
    case call(request: RequestID, app: AppID, kind: CallKind, permit: CallPermit)
    /// Call WeChat for a ticket of this app with this token of it, under the same gate.
    case callForTicket(request: RequestID, app: AppID, type: TicketType, token: Token, permit: CallPermit)
    /// Ask WeChat whether this token lives, until `permit.deadline`, under the same gate.
    case probe(request: RequestID, app: AppID, token: Token, permit: CallPermit)
    /// Connect to WeChat, TLS and all, send nothing, and hang up.
    case reach(request: RequestID, deadline: Instant)
    /// Forward a refresh to the leader.
    indirect case forward(request: RequestID, forwarding: Forwarding)
    /// Ask these nodes what they know; give up after `LeaseTiming.commandTimeout` times two.
    case askMembers(request: RequestID, members: [Member])
    /// Ask who is there where this member says it is reached, and what that node keeps, unless it is what the digest
    /// stands for; give up after `LeaseTiming.commandTimeout` times two.
    indirect case introduce(request: RequestID, to: Member, apps: AppsDigest)
    /// Answer a caller.
    indirect case answer(waiter: WaiterID, answer: RefreshAnswer)
    /// What may be handed out for an app has changed; nil: nothing any more.
    indirect case serve(app: AppID, credential: ServedCredential?)
    /// The lease is given up (or was not held) and every call is over; reads go on. After `leaveAsked`, once.
    case left
    /// Another living process has this node's name: end with exit code 75.
    case nameTaken(by: Member)
    /// Tell the operator, one sentence a decision.
    indirect case note(Notice)
}
