import ClusterObservation
import Foundation
import LocalCluster
import Subprocess
import Testing

extension ClusterTests {
    /// `wxkeeper drill`, as a user runs it.
    @Suite(.serialized) struct DrillTests {
        private struct Document: Decodable {
            struct Drill: Decodable {
                struct Timeline: Decodable {
                    struct Band: Decodable {
                        var node, state: String
                    }
                    struct Mark: Decodable {
                        var kind: String
                    }
                    var leaders: [Band]
                    var marks: [Mark]
                }
                var name, result: String
                var takeover_ms, reads, failed_reads, dead_tokens, failed_refreshes, wechat_calls, overlaps: Int
                var broken: [String]
                var timeline: Timeline
            }
            var ok: Bool
            var drills: [Drill]
        }

        @Test func stepDown_IsRehearsed_AndTellsProgramsHowItWent() async throws {
            try await Folder.with { folder in
                let page = folder.path + "/report.html"
                let end = try await Finished(
                    running: BuiltProgram.path, ["drill", "step-down", "--json", "--report", page])
                let document = try JSONDecoder().decode(Document.self, from: Data(end.output.utf8))
                let drill = try #require(document.drills.first)
                print("drill=step-down takeover_ms=\(drill.takeover_ms) reads=\(drill.reads)")
                #expect(end.ending == .exited(0) && document.ok && document.drills.count == 1)
                #expect(drill.name == "step-down" && drill.result == "ok" && drill.broken == [])
                #expect(drill.reads > 0)
                #expect(drill.failed_reads == 0 && drill.dead_tokens == 0 && drill.failed_refreshes == 0)
                #expect(drill.wechat_calls == 0 && drill.overlaps == 0)
                let leaders: [String] = drill.timeline.leaders.filter { $0.state == "leads" }.map(\.node)
                let marks: [String] = drill.timeline.marks.map(\.kind)
                #expect(Set(leaders).count == 2)
                #expect(marks == ["fault", "healed"])
                let html = try String(contentsOfFile: page, encoding: .utf8)
                #expect(html.contains("The drill kept its promise"))
                for text in [end.output, end.errors] {
                    #expect(Audit.findings(in: text, hiding: []) == [])
                }
                #expect(end.errors.contains("step-down               ok"))
            }
        }

        @Test func stampede_KeepsItsPromises() async throws {
            let end = try await Finished(running: BuiltProgram.path, ["drill", "stampede"])
            #expect(end.ending == .exited(0))
            #expect(end.output.contains("stampede                ok"), "\(end.output)")
        }

        @Test func onesOwnCluster_HandsOver_ThroughItsLoadBalancer() async throws {
            try await withCluster { cluster in
                let leader = try await cluster.awaitLeader()
                let drill = try await cluster.children.start(
                    BuiltProgram.path,
                    [
                        "drill", "step-down", "--config", "\(cluster.folder.path)/a.yaml", "--url",
                        "http://127.0.0.1:\(cluster.front)",
                    ],
                    name: "drill", environment: ["WXKEEPER_KEY": cluster.secrets.operate])
                #expect(try await drill.ended(within: .seconds(30)) == .exited(0), "\(drill.output)")
                #expect(drill.output.contains("step-down               ok") && drill.output.contains("overlaps -"))
                #expect(await !leader.leads())
                #expect(Audit.findings(in: drill.output, hiding: cluster.secrets.all) == [])
            }
        }

        @Test func onesOwnClusterWithoutALeader_IsLeftAlone_AndTheDrillEndsWith1() async throws {
            try await withCluster { cluster in
                try await cluster.redis.kill()
                try await eventually("nobody knows of a leader") { try await cluster.nodes[0].health().leader == nil }
                let drill = try await cluster.children.start(
                    BuiltProgram.path, ["drill", "step-down", "--config", "\(cluster.folder.path)/a.yaml"],
                    name: "drill", environment: ["WXKEEPER_KEY": cluster.secrets.operate])
                #expect(try await drill.ended(within: .seconds(60)) == .exited(1), "\(drill.output)")
                #expect(drill.output.contains("step-down               BROKEN"))
                #expect(drill.output.contains("nobody leads"))
            }
        }

        @Test func killedDrill_LeavesNoProcessBehind() async throws {
            let folders = try await withChildren { children in
                let drill = try await children.start(BuiltProgram.path, ["drill", "pause-leader"], name: "drill")
                try await eventually("its leader is frozen", within: .seconds(60)) { drill.output.contains("SIGSTOP") }
                let parents = ProcessTable.likeChildren(of: drill.processID)
                let nodes = parents + parents.flatMap(ProcessTable.likeChildren)
                #expect(nodes.count == 6, "three nodes and their supervisors")
                let folders = parents.map { ProcessTable.arguments(of: $0) }
                try drill.send(.kill)
                try await eventually("everything it has started ends", within: .seconds(20)) {
                    nodes.allSatisfy { ProcessTable.arguments(of: $0).isEmpty }
                }
                return folders
            }
            // Its folder is all that a killed drill cannot remove.
            for path in folders.compactMap({ $0.split(separator: " ").first { $0.hasSuffix(".yaml") } }) {
                try? FileManager.default.removeItem(at: URL(filePath: String(path)).deletingLastPathComponent())
            }
        }
    }
}
