import Foundation
import Testing

@testable import ClusterDrill
@testable import ClusterObservation

/// What a drill sees of the cluster it is done on.
@Suite struct RemoteClusterTests {
    @Test func unsteadyCluster_IsLeftAlone() throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        var report = try decoder.decode(StatusReport.self, from: Data(Self.status.utf8))
        #expect(report.unsteadiness?.contains("is not ready (draining)") == true)
        report.ready = true
        #expect(report.unsteadiness == "only 1 node is ready, and two are needed")
        report.nodes[0].draining = false
        #expect(report.unsteadiness == "the app wx22 is not well")
        report.apps[1].well = true
        #expect(report.unsteadiness == nil)
        report.leader = nil
        #expect(report.unsteadiness == "nobody leads")
    }

    @Test func progress_FitsOnOneLine() {
        let line = LoadLine.text(
            after: .milliseconds(3_400), readsPerSecond: 200, .init(reads: 700, reports: 20, failedReports: 1),
            leaders: [], event: "a is killed (SIGKILL)")
        #expect(line == "  3 s  leader none  reads 200/s  failed 0  refreshes 20 (1 failed)  a is killed (SIGKILL)")
    }

    private static let status = """
        {"node":{"name":"a","role":"follower","incarnation":"i","uptime_seconds":9},"leader":"b","epoch":7,
        "ready":false,"reasons":["draining"],"redis":"reachable","sync_age_ms":120,"stale":false,
        "nodes":[{"name":"a","address":"http://a:2130","epoch_seen":7,"draining":true,"wechat":"fit","leader":false},
        {"name":"b","address":"http://b:2130","epoch_seen":7,"draining":false,"leader":true}],
        "apps":[{"appid":"wx1","line":"stable","well":true,"seconds_left":7000,"age_seconds":200,"uncertain":false},
        {"appid":"wx22","line":"classic","well":false,"uncertain":false,
        "trouble":{"errcode":40013,"summary":"WeChat refused with 40013"}}],
        "counters":{"refreshes_done":3,"refreshes_failed":1}}
        """
}
