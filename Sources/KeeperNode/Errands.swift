internal import KeeperCore
internal import KeeperPorts

/// Carries out what a node wants of the world: each action with its deadline, and back as one event.
struct Errands: Sendable {
    let ports: Node.Ports
    let table: ReadTable
    /// The moment from which the node counts its time.
    let origin: ContinuousClock.Instant
    /// How long the store may take; other nodes may take twice as long.
    let commandTimeout: Duration

    /// Nil of an action that wants nothing of the world.
    /// - Parameter begun: when the node said so, from which on the time counts.
    func run(_ action: NodeAction, since begun: Instant) async -> NodeEvent? {
        let patience = begun + commandTimeout
        let patienceWithMembers = patience + commandTimeout
        return switch action {
        case .lease(let id, let command): .leaseReplied(request: id, reply: await perform(command, before: patience))
        case .credential(let id, let command):
            .appReplied(request: id, reply: .stored(await perform(command, before: patience)))
        case .call(let id, let app, let kind, let permit):
            .appReplied(
                request: id,
                reply: .called(await ports.source.fetch(app, kind, before: moment(permit.deadline)) { allows(permit) }))
        case .callForTicket(let id, let app, let type, let token, let permit):
            .appReplied(
                request: id,
                reply: .called(
                    await ports.source.fetchTicket(type, of: app, with: token, before: moment(permit.deadline)) {
                        allows(permit)
                    }))
        case .probe(let id, let app, let token, let permit):
            .appReplied(
                request: id,
                reply: .probed(
                    await ports.source.probe(app, token, before: moment(permit.deadline)) { allows(permit) }))
        case .reach(let id, let deadline):
            .reached(request: id, isReachable: await ports.source.reach(before: moment(deadline)))
        case .forward(let id, let forwarding):
            .appReplied(
                request: id,
                reply: .forwarded(await ports.forwarder.forward(forwarding, before: moment(forwarding.deadline))))
        case .askMembers(let id, let members):
            .membersAnswered(
                request: id, states: await ports.forwarder.states(of: members, before: moment(patienceWithMembers)))
        case .introduce(let id, let member, let apps):
            .introduced(
                request: id,
                outcome: await ports.forwarder.introduce(to: member, apps: apps, before: moment(patienceWithMembers)))
        case .answer, .serve, .left, .nameTaken, .note: nil
        }
    }

    private func perform(
        _ command: CredentialCommand, before deadline: Instant
    ) async -> Result<CredentialReply, StoreError> {
        await result { () async throws(StoreError) in
            try await ports.credentials.perform(command, before: moment(deadline))
        }
    }

    func perform(_ command: LeaseCommand, before deadline: Instant) async -> Result<LeaseReply, StoreError> {
        await result { () async throws(StoreError) in
            try await ports.lease.perform(command, before: moment(deadline))
        }
    }

    private func moment(_ instant: Instant) -> ContinuousClock.Instant { origin + instant.sinceOrigin }

    /// Asked right before the first byte, from another thread.
    private func allows(_ permit: CallPermit) -> Bool { table.allows(permit, at: Instant(.now - origin)) }
}

/// The outcome of a store command as a value.
private func result<Reply: Sendable>(
    _ body: () async throws(StoreError) -> Reply
) async -> Result<Reply, StoreError> {
    do { return .success(try await body()) } catch { return .failure(error) }
}

extension Result {
    /// What hindered it, if anything did.
    var error: Failure? { if case .failure(let error) = self { error } else { nil } }
}
