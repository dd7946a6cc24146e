@testable import KeeperCore

/// An elector alone, with the answers of the store put into its mouth.
struct Contender {
    var elector: Elector
    var server = ServerIdentity(run: "run-1", connection: 1)
    private var out = Outbox()
    /// What it has counted.
    var counters: Counters { out.counters }

    init(rules: Rules = .all) {
        elector = Elector(holder: .n1, timing: .standard, seed: 3, rules: rules)
    }

    /// A tick found this.
    ///
    /// Returns what the elector does about it.
    mutating func sees(
        _ record: LeaseRecord?, lockLeft: Duration? = nil, mayCampaign: Bool = true, at now: Instant
    ) -> [NodeAction] {
        elector.observe(
            record, lockLeft: lockLeft, server: server, mayCampaign: mayCampaign, at: now, into: &out)
        return out.drain()
    }

    mutating func wakes(at now: Instant) -> [NodeAction] {
        elector.woke(at: now, into: &out)
        return out.drain()
    }

    mutating func stepsDown(at now: Instant) -> [NodeAction] {
        elector.stepDown(at: now, into: &out)
        return out.drain()
    }

    mutating func resigns(at now: Instant) -> [NodeAction] {
        _ = elector.resign(at: now, into: &out)
        return out.drain()
    }

    mutating func acquireAnswered(
        _ request: UInt64, _ answer: LeaseReply.Answer, at now: Instant
    ) -> [NodeAction] {
        let reply = LeaseReply(server: server, answer: answer)
        elector.acquireReplied(RequestID(request), .success(reply), at: now, into: &out)
        return out.drain()
    }

    mutating func acquireFailed(_ request: UInt64, at now: Instant) {
        elector.acquireReplied(RequestID(request), .failure(.timedOut), at: now, into: &out)
    }

    mutating func renewAnswered(
        _ request: UInt64, _ answer: LeaseReply.Answer, at now: Instant
    ) -> (succeeded: Bool, actions: [NodeAction]) {
        let reply = LeaseReply(server: server, answer: answer)
        let succeeded = elector.renewReplied(RequestID(request), .success(reply), at: now, into: &out)
        return (succeeded, out.drain())
    }

    mutating func renewFailed(_ request: UInt64, at now: Instant) -> [NodeAction] {
        _ = elector.renewReplied(RequestID(request), .failure(.timedOut), at: now, into: &out)
        return out.drain()
    }

    /// Leads epoch 5 since 100.1 s, asked for at 100 s; the term before was released and leaves no quiet period.
    static func leading(quietFor left: Duration = .zero, rules: Rules = .all) -> Contender {
        var contender = Contender(rules: rules)
        let previous = LeaseRecord(
            epoch: Epoch(4), holder: .n2, sequence: 9, release: .handedOver(Handover(left: left)))
        _ = contender.sees(previous, at: .seconds(100))
        _ = contender.acquireAnswered(1, .granted(epoch: Epoch(5), previous: previous), at: .seconds(100.1))
        return contender
    }
}
