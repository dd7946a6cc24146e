import ClusterObservation
import LocalCluster
import Subprocess
import Testing

extension ClusterTests {
    /// Operators pause takeovers and name the wrong nodes: F40 of the fault table.
    @Suite(.serialized) struct OperatorTests {
        @Test func pausedCluster_KeepsItsLeader_AndFollowsNobodyUntilThePauseEnds() async throws {
            try await withCluster { cluster in
                let leader = try await cluster.awaitLeader()
                let followers = cluster.followers(of: leader)
                let (verdict, takeover) = try await cluster.trial("takeovers paused, kill -9, resumed") { trial in
                    #expect(try await cluster.pause(seconds: 60, at: followers[0].port).status == 200)
                    try await hold("several renewals pass", for: .seconds(2))
                    #expect(await leader.leads(), "a pause takes nobody out of office")
                    try leader.send(.kill)
                    try await hold("the lease runs out, and more", for: cluster.plan.takeoverBound + .seconds(2))
                    #expect(try await cluster.leader() == nil, "nobody follows while takeovers are paused")
                    for node in followers { #expect(await node.status("/readyz") == 200) }
                    let resumed = ContinuousClock.now
                    #expect(try await cluster.operate("resume", [:], at: followers[1].port).status == 200)
                    let takeover = try await cluster.takeover(from: leader, since: resumed)
                    try await trial.refreshIsAnswered(since: resumed)
                    try await leader.start()
                    return takeover
                }
                verdict.expectUnnoticed()
                takeover.expect(atMost: .seconds(1))
                #expect(verdict.terms == 1)
            }
        }

        @Test func switchover_IsRefused_IfTheLeaderOrTheCandidateIsWrong() async throws {
            try await withCluster(.quickToStart) { cluster in
                let leader = try await cluster.awaitLeader()
                let other = cluster.followers(of: leader)[0]
                let checker = Checker(cluster)
                func order(_ leads: String, _ follows: String) async throws -> Int {
                    try await cluster.operate(
                        "switchover", ["leader": leads, "candidate": follows], at: leader.port
                    ).status
                }
                let wrongLeader = try await order(other.name, leader.name)
                let noSuchNode = try await order(leader.name, "nobody")
                #expect(checker.terms == 0)
                #expect(await leader.leads())
                let right = try await order(leader.name, other.name)
                print("fault=switchover wrong_leader=\(wrongLeader) no_such_node=\(noSuchNode) right=\(right)")
                #expect(wrongLeader == 412)
                #expect(noSuchNode == 409)
                #expect(right == 200)
                #expect(await other.leads())
                #expect(checker.terms == 1 && checker.issues == 0)
            }
        }
    }
}

extension Cluster {
    fileprivate func pause(seconds: Int, at port: Int) async throws -> Answer {
        var question = try Question.post("/operate/pause", [:], key: secrets.operate)
        question.body = #"{"seconds": \#(seconds)}"#
        return try await ask(port, question)
    }
}
