/// What is worth a line in the log.
///
/// Values, not strings: the shell writes the sentence. Each part is an enum of its own, so that no switch over it needs
/// a default and a new case cannot be forgotten.
public enum Notice: Equatable, Sendable {
    /// Who leads.
    case lease(LeaseNotice)
    /// The store this node talks to.
    case store(StoreNotice)
    /// The credential of one app.
    case credential(app: AppID, notice: CredentialNotice)
    /// What was found at the address of another member is not what it was before.
    case neighbour(Neighbour)
}

/// What happened to the lease, or to the right to compete for it.
public enum LeaseNotice: Equatable, Sendable {
    /// Took the lease; rotating calls wait for `quiet`.
    case granted(epoch: Epoch, quiet: Duration)
    /// The lease ran out before it could be renewed: no calls until it is renewed.
    case lapsed(Epoch)
    /// A lapsed lease was renewed: the same term goes on.
    case recovered(epoch: Epoch, quiet: Duration)
    /// The term is over; another leads or the record is gone.
    case lost(epoch: Epoch, to: LeaseHolder?)
    /// Gave the lease up on purpose.
    case released(epoch: Epoch, handover: Handover)
    /// Gives way to a node that reaches WeChat, after so many failures in a row.
    case gaveWay(to: NodeName, failures: Int)
    /// Another node leads now.
    case follows(leader: LeaseHolder, epoch: Epoch)
    /// Another incarnation stands under this node's name; watching whether it lives.
    case nameContested(by: Member)
}

/// What happened between this node and its store.
public enum StoreNotice: Equatable, Sendable {
    /// It does not answer; its reason.
    case unreachable(StoreError)
    /// It answers, but with an error; or with another one than before.
    case refuses(StoreRefusal)
    /// It answers again.
    case reachable
    /// It was emptied or replaced.
    case replaced
    /// Something in it is not as any node wrote it; it counts as lost.
    case spoiled(Spoilage)
    /// Its clock jumped by this much against ours.
    case clockStepped(by: Duration)
}

/// What happened to one app's credential.
public enum CredentialNotice: Equatable, Sendable {
    /// A rotating call begins, and why.
    case rotating(RotationReason)
    /// A new token is published.
    case published(version: UInt64, fingerprint: Fingerprint, life: Duration)
    /// A call brought no token.
    case callFailed(trouble: Trouble, outcomeKnown: Bool, nextTry: Duration?)
    /// A published token came too late and was refused: somebody else has rotated since.
    case stalePublication
    /// The current token was found dead although nobody here replaced it. It is replaced after this pause: zero, unless
    /// a program outside the cluster does that so often that the day's quota would not last.
    case externalRotation(errcode: Int, repairedIn: Duration)
    /// The current token is replaced on the word of those who use it, since WeChat refused to be asked about it.
    case presumedDead(Trouble)
    /// WeChat refuses a token that was found in the store: the store was behind when this node came.
    case storeWasBehind(errcode: Int)
    /// A record the store had lost was written back.
    case restored(version: UInt64)
}

/// Why a token is replaced.
public enum RotationReason: Equatable, Sendable {
    /// There is none, or it has expired.
    case missing
    /// Its time has come.
    case due
    /// It may not be the newest: repair.
    case uncertain
    /// WeChat refused it, as a caller reported or as the leader found out by itself.
    case dead
    /// An operator asked.
    case operatorAsked
}
