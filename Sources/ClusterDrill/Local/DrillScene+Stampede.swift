internal import ClusterObservation
internal import LocalCluster
internal import WeChatSimulator

// Many callers report one token.
extension DrillScene {
    private static let callers = 200
    /// WeChat's word that a token lives answers everybody who reports it for so long at most.
    private static let wordHolds: Duration = .seconds(2)

    /// The token lives first, and must be kept; then it is dead, and must be replaced once.
    func stampede() async throws {
        guard let app = cluster.plan.apps.last else { return }
        let first = try await cluster.token(of: app)
        journal.fault("\(Self.callers) callers report a live token")
        if try await report(first, of: app) != [first] { journal.find("a live token was replaced") }
        try await hold("WeChat's word that the token lives grows old", for: Self.wordHolds)
        journal.fault("WeChat drops the token, \(Self.callers) callers report it")
        try cluster.wechat.revoke(app.id, line: app.line)
        journal.note(revoked: app.id)
        let answers = try await report(first, of: app)
        journal.healed("everybody has an answer")
        if answers.count != 1 || answers.contains(first) {
            journal.find("the callers got \(answers.count) different tokens instead of one new one")
        }
        if !answers.allSatisfy(cluster.isAlive) { journal.find("a caller got a dead token") }
    }

    /// Reports a token from many callers at once, through all nodes; returns the different tokens they got.
    private func report(_ token: String, of app: ClusterPlan.App) async throws -> Set<String> {
        try await withThrowingTaskGroup(of: String?.self) { group in
            for number in 0..<Self.callers {
                let port = cluster.nodes[number % cluster.nodes.count].port
                group.addTask {
                    let start = ContinuousClock.now
                    let answer = try? await cluster.refresh(app, reporting: token, at: port)
                    try Task.checkCancellation()
                    load.note(
                        Load.Report(
                            start: start, end: .now, status: answer?.status, life: answer?.token.map(cluster.life)))
                    return answer?.token
                }
            }
            return try await group.reduce(into: []) { if let token = $1 { $0.insert(token) } }
        }
    }
}
