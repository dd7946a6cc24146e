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
    case leaseReplied(RequestID, Result<LeaseReply, StoreError>)
    /// The store answered a `NodeAction.credential`, or did not.
    indirect case credentialReplied(RequestID, Result<CredentialReply, StoreError>)
    /// A `NodeAction.call` or a `NodeAction.callForTicket` is over.
    indirect case called(RequestID, CallOutcome)
    /// A `NodeAction.probe` is over.
    indirect case probed(RequestID, ProbeOutcome)
    /// A `NodeAction.reach` is over: whether WeChat was there.
    case reached(RequestID, Bool)
    /// A caller, here or at another node, wants another token.
    indirect case refreshAsked(RefreshRequest)
    /// A caller waits no longer.
    case waiterLeft(WaiterID)
    /// A `NodeAction.forward` is over.
    indirect case forwarded(RequestID, ForwardOutcome)
    /// A `NodeAction.askPeers` is over: what came back in time.
    case peersAnswered(RequestID, [PeerState])
    /// A `NodeAction.introduce` is over.
    indirect case introduced(RequestID, IntroductionOutcome)
    /// An operator wants this node to give the lease up and not take it again at once; to the node named, if one is.
    case handoverAsked(to: NodeName?)
    /// The process shall end: give the lease up now, then only serve.
    case leaveAsked
    /// These apps are to be kept from now on, each once.
    case configured([AppSettings])
}

/// Everything a node can be told to do.
///
/// The shell obeys; each IO action comes back as one event with its `RequestID`.
public enum NodeAction: Equatable, Sendable {
    /// Ask the store about the lease; give up after `LeaseTiming.commandTimeout`.
    case lease(RequestID, LeaseCommand)
    /// Ask the store about a credential; give up after `LeaseTiming.commandTimeout`.
    case credential(RequestID, CredentialCommand)
    /// Call WeChat for a token until `permit.deadline`; ask `LeaseGate.allows` right before the first byte.
    case call(RequestID, AppID, CallKind, CallPermit)
    /// Call WeChat for a ticket of this app with this token of it, under the same gate.
    case callForTicket(RequestID, AppID, TicketType, by: Token, CallPermit)
    /// Ask WeChat whether this token lives, until `permit.deadline`, under the same gate.
    case probe(RequestID, AppID, Token, CallPermit)
    /// Connect to WeChat, TLS and all, send nothing, and hang up.
    case reach(RequestID, before: Instant)
    /// Forward a refresh to the leader.
    indirect case forward(RequestID, Forwarding)
    /// Ask these nodes what they know; give up after `LeaseTiming.commandTimeout` times two.
    case askPeers(RequestID, [Member])
    /// Ask who is there where this member says it is reached, and what that node keeps, unless it is what the digest
    /// stands for; give up after `LeaseTiming.commandTimeout` times two.
    indirect case introduce(RequestID, to: Member, apps: AppsDigest)
    /// Answer a caller.
    indirect case answer(WaiterID, RefreshAnswer)
    /// What may be handed out for an app has changed; nil: nothing any more.
    indirect case serve(AppID, ServedCredential?)
    /// The lease is given up (or was not held) and every call is over; reads go on. After `leaveAsked`, once.
    case left
    /// Another living process has this node's name: end with exit code 75.
    case nameTaken(by: Member)
    /// Tell the operator, one sentence a decision.
    indirect case note(Notice)
}

/// What is worth a line in the log.
///
/// Values, not strings: the shell writes the sentence.
public enum Notice: Equatable, Sendable {
    /// Took the lease; rotating calls wait for `quiet`.
    case becameLeader(Epoch, quiet: Duration)
    /// The lease ran out before it could be renewed: no calls until it is renewed.
    case leaseLapsed(Epoch)
    /// A lapsed lease was renewed: the same term goes on.
    case leaseRecovered(Epoch, quiet: Duration)
    /// The term is over; another leads or the record is gone.
    case leaseLost(Epoch, to: LeaseHolder?)
    /// Gave the lease up on purpose.
    case leaseReleased(Epoch, Handover)
    /// Gives way to a node that reaches WeChat, after so many failures in a row.
    case gaveWay(to: NodeName, failures: Int)
    /// Another node leads now.
    case follows(LeaseHolder, Epoch)
    /// The store does not answer; its reason.
    case storeUnreachable(StoreError)
    /// The store answers, but with an error; or with another one than before.
    case storeRefuses(StoreRefusal)
    /// The store answers again.
    case storeReachable
    /// The store was emptied or replaced.
    case storeReplaced
    /// Something in the store is not as any node wrote it; it counts as lost.
    case spoiled(Spoilage)
    /// The store's clock jumped by this much against ours.
    case storeClockStepped(Duration)
    /// A rotating call begins, and why.
    case rotating(AppID, RotationReason)
    /// A new token is published.
    case published(AppID, version: UInt64, fingerprint: Fingerprint, life: Duration)
    /// A call brought no token.
    case callFailed(AppID, Trouble, outcomeKnown: Bool, nextTry: Duration?)
    /// A published token came too late and was refused: somebody else has rotated since.
    case stalePublication(AppID)
    /// The current token was found dead although nobody here replaced it. It is replaced after this pause: zero, unless
    /// a program outside the cluster does that so often that the day's quota would not last.
    case foreignRotation(AppID, errcode: Int, repairedIn: Duration)
    /// The current token is replaced on the word of those who use it, since WeChat refused to be asked about it.
    case presumedDead(AppID, Trouble)
    /// WeChat refuses a token that was found in the store: the store was behind when this node came.
    case storeWasBehind(AppID, errcode: Int)
    /// A record the store had lost was written back.
    case restored(AppID, version: UInt64)
    /// Another incarnation stands under this node's name; watching whether it lives.
    case nameContested(Member)
    /// What was found at the address of another member is not what it was before.
    case neighbour(Neighbour)
}

/// Why a token is replaced.
public enum RotationReason: Equatable, Sendable {
    /// There is none, or it has expired.
    case missing
    /// Its time has come.
    case due
    /// It may not be the newest: repair.
    case doubt
    /// WeChat refused it, as a caller reported or as the leader found out by itself.
    case dead
    /// An operator asked.
    case operatorAsked
}
