import Foundation
import HTTPTypes
import KeeperCore
import Testing

@testable import KeeperHTTP

/// `GET /openapi.yaml` and `GET /metrics`.
@Suite struct DescriptionTests {
    /// The paths of the description: its keys at the second level that begin with a slash.
    private func described(_ text: String) -> Set<String> {
        Set(
            text.split(separator: "\n").filter { $0.hasPrefix("  /") && $0.hasSuffix(":") }
                .map { String($0.dropFirst(2).dropLast()) })
    }

    @Test func everyPath_IsDescribed_AndNoOther() async throws {
        let reply = try await FakeProvider().ask(.get, "/openapi.yaml")
        #expect(reply.status == 200 && reply.header("Content-Type") == "application/yaml")
        let server = try World.server(FakeProvider())
        let served = Set(server.endpoints.keys).union(server.dropIns.keys).filter { !$0.hasPrefix("/internal/") }
        #expect(described(reply.text) == served)
    }

    @Test func metrics_AreThoseOfTheStatus() async throws {
        let provider = FakeProvider()
        let trouble = Trouble(errcode: 40_164, summary: "not listed")
        provider.change {
            $0.status = .example(apps: [.example("wx1"), .example("wx2", left: nil, isInDoubt: true, trouble: trouble)])
        }
        let reply = try await provider.ask(.get, "/metrics", as: "watcher")
        #expect(reply.status == 200)
        #expect(reply.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8")
        let lines = reply.text.split(separator: "\n").map(String.init)
        for line in [
            "# TYPE wxkeeper_leader gauge", "wxkeeper_leader 1", "wxkeeper_epoch 7", "wxkeeper_nodes 3",
            "wxkeeper_lease_left_seconds 4.250", "wxkeeper_sync_age_seconds 0.310",
            "wxkeeper_credential_left_seconds{app=\"wx1\",line=\"stable\"} 6734.000",
            "wxkeeper_credential_left_seconds{app=\"wx2\",line=\"stable\"} 0.000",
            "wxkeeper_credential_in_doubt{app=\"wx2\",line=\"stable\"} 1",
            "wxkeeper_credential_errcode{app=\"wx2\",line=\"stable\"} 40164",
            "# TYPE wxkeeper_refreshes_done_total counter", "wxkeeper_refreshes_done_total 12",
        ] {
            #expect(lines.contains(line), "\(line)")
        }
        // Each name is described once, before its samples.
        let names = lines.filter { $0.hasPrefix("# TYPE ") }
        #expect(Set(names).count == names.count)
        #expect(reply.text.hasSuffix("\n") && !reply.text.contains("9f86d081884c7d65"))
    }

    @Test func metrics_NeedTheirScope() async throws {
        #expect(try await FakeProvider().ask(.get, "/metrics").status == 401)
        #expect(try await FakeProvider().ask(.get, "/metrics", as: "shop").status == 403)
    }
}
