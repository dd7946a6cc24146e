internal import KeeperCore

/// What can happen next in a world.
///
/// Nodes are named by their index, and by the number of the life that is meant.
enum WorldEvent: Hashable, Sendable {
    /// A node starts.
    case boot(node: Int)
    /// The wake-up a node asked for, if it has not asked for another since.
    case wake(node: Int, life: Int)
    /// A pause ends, if it has not been made longer since.
    case resume(node: Int)
    /// Something reaches a node.
    case deliver(node: Int, life: Int, Delivery)
    /// A command reaches the store.
    case storeReceives(Shared<StoreRequest>)
    /// A call reaches WeChat.
    indirect case wechatReceives(WeChatRequest)
    /// The parent of a dead process tells the store, or tries once more.
    indirect case reportDeath(LeaseHolder, node: Int)
    /// The next fault.
    case fault
    /// Faults end.
    case calm
    /// Readers look at every node.
    case read
    /// A caller asks for a refresh.
    case ask
    /// The world ends.
    case end
}

/// Something that reaches a node; while the node is paused it waits in the mailbox.
enum Delivery: Hashable, Sendable {
    /// Something the core is told as it is.
    indirect case event(NodeEvent)
    /// An answer of the store.
    case leaseAnswered(Shared<LeaseAnswer>)
    /// No answer of the store about the lease.
    case leaseFailed(RequestID, StoreError)
    /// An answer of the store about a credential.
    indirect case credentialAnswered(RequestID, Result<CredentialReply, StoreError>)
    /// The connection to WeChat stands, nothing has been sent yet.
    case connected(RequestID)
    /// A call is over: answered, or nil at its deadline.
    indirect case callEnded(RequestID, CallOutcome?)
    /// A probe is over: answered, or nil at its deadline.
    indirect case probeEnded(RequestID, ProbeOutcome?)
    /// Another node, or a caller, asks for a refresh.
    indirect case asked(Waiter, RefreshRequest)
    /// A caller hangs up.
    case hungUp(WaiterID)
    /// Another node asks what this one knows.
    case memberAsks(node: Int, life: Int, RequestID)
    /// Another node tells what it knows; nil at the deadline.
    indirect case memberTold(RequestID, MemberState?)
    /// A forwarded refresh is over.
    indirect case forwardEnded(RequestID, ForwardOutcome)
    /// The server has ended: the connection is gone, and with it every answer still on its way.
    case connectionReset(UInt64)
    /// A node that has left closes its doors.
    case closes
}

/// An answer of the store about the lease on its way, with what the invariants need to know of it.
struct LeaseAnswer: Hashable, Sendable {
    let id: RequestID
    let reply: LeaseReply
    /// When the command ran.
    let ranAt: WorldTime
    /// Whether it is a tick's that has read up to the newest event.
    var isComplete = false
    /// Whether it is a tick's that shows a record.
    var hasChanges = false
}

/// A command on its way to the store.
struct StoreRequest: Hashable, Sendable {
    enum Command: Hashable, Sendable {
        case lease(LeaseCommand)
        case credential(CredentialCommand)
    }

    let node: Int
    let life: Int
    let holder: LeaseHolder
    let id: RequestID
    let connection: UInt64
    let command: Command
    /// When its sender gives up.
    let deadline: WorldTime
    /// Whether the sender still waits when it arrives: else it has been told of the time-out already.
    var isAwaited: Bool
}

/// A call on its way to WeChat.
struct WeChatRequest: Hashable, Sendable {
    let caller: WeChatModel.Caller
    let id: RequestID
    let app: Int
    let content: Content
    /// When its sender gives up.
    let deadline: WorldTime

    enum Content: Hashable, Sendable {
        case fetch(CallKind)
        case probe(Token)
    }
}

/// Somebody who waits for the outcome of a refresh.
struct Waiter: Hashable, Sendable {
    let id: WaiterID
    let app: Int
    let askedAt: WorldTime
    /// Another node that has forwarded the request; nil for a caller.
    let sender: Sender?
    /// When an answer is overdue.
    var overdueAt: WorldTime

    struct Sender: Hashable, Sendable {
        let node: Int
        let life: Int
        let request: RequestID
    }
}
