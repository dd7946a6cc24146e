import Testing

@testable import KeeperCore

// What was seen, and what stands in the store.
extension Harness {
    func isLeading() -> Bool { core.health(at: now).role == .leader }

    /// What health is judged from is what the refreshers would say now, after whatever has happened to them.
    func expectHealthIsKnown() {
        for (index, refresher) in core.refreshers.enumerated() where core.directory.health[index] != refresher.facts {
            Issue.record("\(refresher.app.id): \(core.directory.health[index]), though it is \(refresher.facts)")
        }
    }

    func answer(to waiter: WaiterID) -> RefreshAnswer? {
        for case .answer(waiter, let answer) in actions { return answer }
        return nil
    }

    /// The token a waiter was given.
    func token(for waiter: WaiterID) -> String? {
        guard case .token(let served, _, _, _) = answer(to: waiter) else { return nil }
        return served.credential.token.secret
    }

    /// The last `serve`.
    var served: ServedCredential? {
        for case .serve(_, let credential) in actions.reversed() { return credential }
        return nil
    }

    /// The last `serve` of one credential.
    func served(_ app: AppID) -> ServedCredential? {
        for case .serve(app, let credential) in actions.reversed() { return credential }
        return nil
    }

    var credentialCommands: [CredentialCommand] {
        actions.compactMap { if case .credential(_, let command) = $0 { command } else { nil } }
    }

    var leaseCommands: [LeaseCommand] {
        actions.compactMap { if case .lease(_, let command) = $0 { command } else { nil } }
    }

    var notices: [Notice] { actions.compactMap { if case .note(let notice) = $0 { notice } else { nil } } }

    /// What was done, in words: a story in one line.
    var story: [String] { actions.compactMap(\.word) }

    func record() throws -> CredentialRecord { try #require(store.record(.wx1, at: now)) }
}

extension NodeAction {
    fileprivate var word: String? {
        switch self {
        case .lease(_, .acquire): "acquire"
        case .lease(_, .renew): "renew"
        case .lease(_, .release): "release"
        case .lease: nil
        case .credential(_, .begin): "begin"
        case .credential(_, .publish): "publish"
        case .credential(_, .abort(let abortion)): "abort(\(abortion.effect))"
        case .credential(_, .put): "put"
        case .credential(_, .restore): "restore"
        case .call: "call"
        case .callForTicket: "call for a ticket"
        case .probe: "probe"
        case .forward: "forward"
        case .askMembers: "ask members"
        case .left: "left"
        case .nameTaken: "name taken"
        case .answer, .serve, .note, .reach, .introduce: nil
        }
    }
}
