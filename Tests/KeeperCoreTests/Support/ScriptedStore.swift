@testable import ClusterSimulation
@testable import KeeperCore

/// The model of Redis, as a scenario sees it: a command runs at once, and its `weather` lets it or its answer get lost.
///
/// A scenario changes the fields to set the scene.
struct ScriptedStore {
    /// What becomes of a command.
    enum Weather: Equatable {
        case fair
        /// Not executed; the caller is told so.
        case unreachable
        /// Not executed; the caller cannot know.
        case lost
        /// Executed; the caller cannot know.
        case answerLost
        /// Executed at once, answered so much later.
        case slow(Duration)
    }

    private var model = RedisModel(seed: 7)

    private var server: ServerIdentity { ServerIdentity(run: model.run, connection: 1) }

    var lease: LeaseRecord? {
        get { model.contents.lease }
        set { model.setLease(newValue) }
    }

    /// Its end stands on the server's clock: a step of that clock moves it.
    var lock: (owner: Incarnation, until: Instant)? {
        get { model.contents.lock.map { ($0.owner, Instant(.nanoseconds($0.expiresAt - clockOffset))) } }
        set { model.contents.lock = newValue.map { .init(owner: $0.owner, expiresAt: label($0.until)) } }
    }

    /// Those that stand there, for good where the scenario has set them.
    var members: [Member] {
        get { model.contents.members.map(\.member) }
        set {
            model.contents.members = []
            for member in newValue { model.place(member) }
        }
    }

    /// What the node under test last said of itself.
    var reachability: Member.Reachability {
        members.first { $0.holder.node == LeaseHolder.n1.node }?.reachability ?? .unknown
    }

    /// A record as it stands at `now`.
    func record(_ app: AppID, at now: Instant) -> CredentialRecord? { model.stored(app)?.reading(at: label(now)) }

    /// Sets a record, as if another node had.
    mutating func keep(_ record: CredentialRecord, at now: Instant) { model.keep(record, at: moment(now)) }

    mutating func forget(_ app: AppID) { model.contents.credentials.removeAll { $0.app == app } }

    /// FLUSHALL.
    mutating func wipe() { model.wipe() }

    /// A lease another node holds from now on.
    mutating func lead(_ holder: LeaseHolder, epoch: UInt64, sequence: UInt64 = 1, until: Instant) {
        model.lead(holder, epoch: epoch, sequence: sequence, until: label(until))
    }

    /// Another node has written its record, under whatever name.
    mutating func place(_ member: Member) { model.place(member) }

    /// An operator's pause, through another node.
    mutating func pause(for duration: Duration?, at now: Instant) { model.pause(for: duration, at: moment(now)) }

    /// Somebody sets the server's clock.
    mutating func stepClock(by seconds: Double, at now: Instant) { model.clock.step(by: seconds, at: moment(now)) }

    mutating func perform(_ command: LeaseCommand, by caller: LeaseHolder, at now: Instant) -> LeaseReply {
        LeaseReply(server: server, answer: model.perform(command, as: caller, at: moment(now)))
    }

    mutating func perform(_ command: CredentialCommand, by caller: LeaseHolder, at now: Instant) -> CredentialReply {
        let answer = model.perform(command, as: caller, at: moment(now))
        return CredentialReply(
            server: server, store: model.contents.store ?? "", outcome: answer.outcome, record: answer.record)
    }

    private func moment(_ now: Instant) -> WorldTime { WorldTime(nanoseconds: now.sinceOrigin.nanoseconds) }

    /// What the server's clock shows at a moment of the node's.
    private func label(_ now: Instant) -> Int64 { model.clock.now(moment(now)) }

    private var clockOffset: Int64 { label(.origin) }
}
