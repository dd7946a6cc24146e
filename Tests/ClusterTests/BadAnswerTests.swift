import ClusterObservation
import LocalCluster
import Testing
import WeChatSimulator

extension ClusterTests {
    /// WeChat answers badly, in every way there is.
    @Suite(.serialized) struct BadAnswerTests {
        /// One app for each way, so that all of them happen at the same time.
        @Test func badAnswer_LeavesTheOldTokenInPlace_AndTellsNobodyASecret() async throws {
            var plan = ClusterPlan(lifetime: .seconds(48), overlap: .seconds(12))
            plan.apps = BadAnswer.all.map { .init("wx-\($0.name)", .classic) }
            try await withCluster(plan) { cluster in
                let leader = try await cluster.awaitLeader()
                let pids = try cluster.nodes.map { try $0.process.processID }
                let checker = Checker(cluster)
                let start = ContinuousClock.now
                var grown = 0
                let load = try await cluster.underLoad { _ in
                    let process = try leader.process.processID
                    try ProcessTable.forgetPeak(of: process)
                    let before = try ProcessTable.memory(of: process).now
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for (app, bad) in zip(plan.apps, BadAnswer.all) {
                            group.addTask { try await cluster.suffer(bad, app, leader) }
                        }
                        try await group.waitForAll()
                    }
                    grown = try ProcessTable.memory(of: process).peak - before
                }
                let verdict = checker.verdict(on: "bad answers of WeChat", load, gap: nil, since: start)
                print("memory of the leader grew by \(grown >> 10) KB at most")
                #expect(verdict.failedReads == 0)
                // A token that WeChat issued in vain is nobody's, and its successor is the third within the overlap:
                // on the strict reading the first then dies before any node can know the third.
                #expect(verdict.deadTokens == 0)
                #expect(verdict.overtakenTokens < verdict.reads / 50, "for moments only")
                #expect(verdict.overlaps == 0)
                #expect(grown < 20 << 20)
                #expect(try cluster.nodes.map { try $0.process.processID } == pids)
                for node in cluster.nodes {
                    #expect(try node.process.ending == nil)
                    #expect(await node.status("/livez") == 200)
                }
            }
        }
    }
}

/// One way of WeChat's to answer badly.
private struct BadAnswer: Sendable {
    let name: String
    let fault: SimulatedWeChat.Fault
    /// Whether WeChat may have issued a token that nobody got: then another must be fetched before the old one dies.
    let mustBeRepaired: Bool

    init(_ name: String, _ fault: SimulatedWeChat.Fault, mustBeRepaired: Bool = true) {
        self.name = name
        self.fault = fault
        self.mustBeRepaired = mustBeRepaired
    }

    static let all = unclear + refusals

    /// A token may have been issued, or this looks as if it may.
    private static let unclear: [BadAnswer] = [
        .init("late", .init(.delay, delayBefore: .seconds(3))),
        .init("late-answer", .init(.delay, delayAfter: .seconds(3))),
        .init("hang", .init(.hang)),
        .init("reset-before", .init(.resetBefore)),
        .init("reset-after", .init(.resetAfter)),
        .init("lost-answer", .init(.lostAnswer)),
        .init("status-500", .init(.status(500))),
        .init("html", .init(.html)),
        .init("truncated", .init(.truncated)),
        .init("huge", .init(.huge(bytes: 100_000_000))),
        .init("empty", .init(.empty)),
        .init("drip", .init(.drip(every: .milliseconds(100)))),
        .init("life-0", .init(.expiresIn("0"))),
        .init("life-negative", .init(.expiresIn("-1"))),
        .init("life-text", .init(.expiresIn("\"7200\""))),
        .init("life-missing", .init(.expiresIn(nil))),
        .init("life-huge", .init(.expiresIn("1e400"))),
        .init("empty-token", .init(.emptyToken)),
    ]

    /// WeChat says that it issued none.
    private static let refusals: [BadAnswer] = [-1, 40001, 40013, 40125, 40164, 45009, 45011].map { code in
        .init("errcode\(code)", .init(.error(.init(code: code, text: "refused"))), mustBeRepaired: false)
    }
}

extension Cluster {
    /// Has the leader call WeChat for `app`, which answers badly once, and sees what becomes of it.
    fileprivate func suffer(_ bad: BadAnswer, _ app: ClusterPlan.App, _ leader: ClusterNode) async throws {
        let old = try await token(of: app)
        let first = lastCall
        try wechat.arm(bad.fault, appID: app.id, endpoint: .token, times: 1)
        let answer = try await operate("refresh", ["appid": app.id], at: leader.port)
        #expect(answer.status == 502 || answer.status == 503, "\(bad.name): \(answer.status) \(answer.body)")
        #expect(answer.retryAfter != nil, "\(bad.name)")
        #expect(wechat.calls(after: first, appID: app.id).contains { $0.fault == bad.fault.kind }, "\(bad.name)")
        try await eventually("the log says what happened to \(bad.name)", within: .seconds(5)) {
            leader.log.split(separator: "\n").contains { line in
                line.contains("got no token") && "\(line) ".contains("\(app.id) ")
            }
        }
        if bad.mustBeRepaired {
            try await eventually("\(bad.name) is repaired", within: .seconds(10)) {
                let new = try await token(of: app)
                return new != old && isAlive(new)
            }
        } else {
            #expect(try await token(of: app) == old, "\(bad.name): the old token is served on")
        }
    }
}
