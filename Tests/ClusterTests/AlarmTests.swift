import ClusterObservation
import Foundation
import LocalCluster
import Subprocess
import Testing
import WeChatSimulator

extension ClusterTests {
    /// Alarms that a real cluster posts to a real receiver.
    @Suite(.serialized) struct AlarmTests {
        private struct Message: Decodable {
            struct Alarm: Decodable {
                let state: String
                let kind: String
                let appid: String?
                let errcode: Int?
            }
            let cluster: String
            let node: String
            let alarms: [Alarm]
        }

        /// One app has another AppSecret than WeChat.
        @Test func wrongSecret_IsToldOnceByTheLeader_AndByTheNextLeader() async throws {
            try await AlarmReceiver.with { receiver in try await tellTwice(receiver) }
        }

        private func tellTwice(_ receiver: AlarmReceiver) async throws {
            var plan = ClusterPlan(apps: [.init("wx-good", .stable), .init("wx-bad", .stable, hasTrueSecret: false)])
            plan.webhook = receiver.url
            try await withCluster(plan) { cluster in
                let leader = try await cluster.awaitLeader()
                try await eventually("it is told", within: .seconds(30)) { !receiver.bodies.isEmpty }
                try await hold("nothing more is told", for: .seconds(12))
                #expect(receiver.bodies.count == 1)
                try leader.send(.kill)
                try await eventually("another leads") { try await cluster.leader().map { $0 !== leader } ?? false }
                let next = try await cluster.awaitLeader()
                try await eventually("it is told again", within: .seconds(30)) { receiver.bodies.count >= 2 }
                let messages = try receiver.bodies.map { try JSONDecoder().decode(Message.self, from: Data($0.utf8)) }
                #expect(messages.map(\.node) == [leader.name, next.name])
                for message in messages {
                    #expect(message.cluster == ClusterPlan.clusterName)
                    let alarm = try #require(message.alarms.first { $0.kind == "stopped" })
                    #expect(alarm.state == "raised" && alarm.appid == "wx-bad" && alarm.errcode == 40125)
                    #expect(!message.alarms.contains { $0.appid == "wx-good" })
                }
                let text = receiver.bodies.joined()
                for secret in cluster.secrets.all + plan.apps.map(\.secret) { #expect(!text.contains(secret)) }
            }
        }
    }
}
