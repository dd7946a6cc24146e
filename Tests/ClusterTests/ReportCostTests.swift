import ClusterObservation
import LocalCluster
import Testing
import WeChatSimulator

extension ClusterTests {
    /// What callers who report cost WeChat, and what they get when WeChat refuses the question.
    @Suite(.serialized) struct ReportCostTests {
        private static let callers = 40
        private static let length = Duration.seconds(10)

        @Test func livingTokens_ReportedAgainAndAgain_CostOneQuestionASecondAtMost() async throws {
            try await withCluster { cluster in
                let checker = Checker(cluster)
                let start = ContinuousClock.now
                let answers = try await cluster.reportLivingTokens(callers: Self.callers, for: Self.length)
                let seconds = Int((ContinuousClock.now - start) / .seconds(1))
                print("fault=\(Self.callers) callers report living tokens for \(Self.length) answers=\(answers)")
                for app in cluster.plan.apps {
                    let questions = checker.calls.count { $0.endpoint == .domainIP && $0.appID == app.id }
                    print("  app=\(app.id) questions=\(questions) seconds=\(seconds)")
                    #expect((1...seconds).contains(questions))
                }
                #expect(answers[.stillValid, default: 0] > 0)
                #expect(answers[.tooOften, default: 0] > 0, "nobody paces them")
                #expect(answers.keys.allSatisfy { $0 == .stillValid || $0 == .tooOften }, "\(answers)")
                #expect(checker.issues == 0)
            }
        }

        /// The quota of the question is used up, the quota of tokens is not.
        ///
        /// The times follow the life of the tokens.
        @Test(arguments: cases([Duration.seconds(60)], [.seconds(7200)]))
        func deadTokens_AreReplaced_ThoughWeChatRefusesTheQuestion(lifetime: Duration) async throws {
            let bound = Duration.seconds(30)
            try await withCluster(ClusterPlan(lifetime: lifetime, overlap: lifetime / 4)) { cluster in
                let checker = Checker(cluster)
                let quota = WeChatError(code: 45009, text: "reach max api daily quota limit")
                try cluster.wechat.arm(.init(.error(quota)), endpoint: .domainIP)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for app in cluster.plan.apps {
                        let old = try await cluster.token(of: app)
                        try cluster.wechat.revoke(app.id, line: app.line)
                        let refused = ContinuousClock.now
                        group.addTask {
                            let new = try await cluster.replacements(of: old, of: app, within: bound)
                            let took = ContinuousClock.now - refused
                            let figure = "app=\(app.id) life=\(lifetime) replaced_ms=\(took.wholeMilliseconds)"
                            print("fault=quota of the question used up \(figure)")
                            #expect(new.count == 1 && new.allSatisfy(cluster.isAlive))
                        }
                    }
                    try await group.waitForAll()
                }
                for app in cluster.plan.apps { #expect(checker.issues(of: app) == 1) }
                #expect(checker.calls.contains { $0.endpoint == .domainIP && $0.fault == .error(quota) })
            }
        }
    }
}

/// What somebody is told who reports a token that lives.
private enum Word: Hashable, CustomStringConvertible {
    /// It lives, and nothing is to be done.
    case stillValid
    /// 429, with the time to wait.
    case tooOften
    case otherwise(String)

    var description: String {
        switch self {
        case .stillValid: "still_valid"
        case .tooOften: "429"
        case .otherwise(let answer): answer
        }
    }

    init(_ answer: Answer, to token: String) {
        let fields = answer.fields
        switch answer.status {
        case 200 where answer.token == token && fields.still_valid == true && fields.refreshed == false:
            self = .stillValid
        case 429 where answer.retryAfter.map({ $0 > 0 }) == true: self = .tooOften
        default: self = .otherwise("\(answer.status), Retry-After \(answer.retryAfter ?? 0)")
        }
    }
}

extension Cluster {
    /// Reports the current token of each app in turn, from callers who heed nothing they are told.
    fileprivate func reportLivingTokens(callers: Int, for length: Duration) async throws -> [Word: Int] {
        var reports: [(token: String, question: Question)] = []
        for app in plan.apps {
            let token = try await token(of: app)
            let fields = ["appid": app.id, "access_token": token]
            reports.append((token, try .post("/token/refresh", fields, key: secrets.shop)))
        }
        let end = ContinuousClock.now + length
        return try await withThrowingTaskGroup(of: [Word: Int].self) { group in
            for number in 0..<callers {
                let port = nodes[number % nodes.count].port
                group.addTask { [reports] in
                    try await Connection.open(to: port) { connection in
                        var words: [Word: Int] = [:]
                        var next = ContinuousClock.now
                        while next < end {
                            for report in reports {
                                let answer = try await connection.ask(report.question)
                                words[Word(answer, to: report.token), default: 0] += 1
                            }
                            next = max(next + .milliseconds(50), .now)
                            try await pace(until: next)
                        }
                        return words
                    }
                }
            }
            return try await group.reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) }
        }
    }
}
