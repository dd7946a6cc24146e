import Foundation
import HTTPTypes
import KeeperCore
import Testing

@testable import KeeperHTTP

/// `GET /openapi.yaml` and `GET /metrics`.
@Suite struct DescriptionTests {
    /// The methods of the description by path: its keys at the second level that begin with a slash, and theirs.
    private func described(_ text: String) -> [String: Set<String>] {
        var methods: [String: Set<String>] = [:]
        var path = ""
        for line in text.split(separator: "\n") {
            if line.hasPrefix("  /"), line.hasSuffix(":") {
                path = String(line.dropFirst(2).dropLast())
                methods[path] = []
            } else if line.hasPrefix("    "), let method = line.dropFirst(4).split(separator: ":").first,
                ["get", "head", "post", "put", "patch", "delete", "options"].contains(method)
            {
                methods[path]?.insert(method.uppercased())
            }
        }
        return methods
    }

    @Test func everyPath_IsDescribed_WithItsMethods_AndNoOther() async throws {
        let reply = try await FakeProvider().ask(.get, "/openapi.yaml")
        #expect(reply.status == 200 && reply.header("Content-Type") == "application/yaml")
        let described = described(reply.text)
        let routes = try World.server(FakeProvider()).routes.filter { !$0.path.hasPrefix("/internal/") }
        #expect(Set(described.keys) == Set(routes.map(\.path)))
        for route in routes {
            let methods = try #require(described[route.path])
            #expect(methods.contains(route.methods[0].rawValue), "\(route.path)")
            // Of a drop-in path the description names what WeChat's manual does; more is taken (`DropInForm`).
            #expect(methods.isSubset(of: route.methods.map(\.rawValue)), "\(route.path)")
        }
    }

    private func manual() throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "docs/api.md"), encoding: .utf8)
    }

    @Test func everyPath_StandsInTheManual() throws {
        let manual = try manual()
        for route in try World.server(FakeProvider()).routes {
            let names = ["\(route.methods[0].rawValue) \(route.path)", route.path]
            let isThere = names.contains { name in ["`", "?"].contains { manual.contains("`\(name)\($0)") } }
            #expect(isThere, "\(route.path)")
        }
    }

    @Test func everyPathOfAClient_StandsBesideItsScope() async throws {
        let description = try await FakeProvider().ask(.get, "/openapi.yaml").text
        let rows = try manual().components(separatedBy: "\n")
        for route in try World.server(FakeProvider()).routes {
            guard case .client(let scope, _, _) = route.access else { continue }
            let row = try #require(rows.first { $0.hasPrefix("| `\(scope.rawValue)` |") })
            let folder = route.path.hasPrefix("/operate/") ? "/operate/..." : route.path
            #expect(row.contains("`\(route.methods[0].rawValue) \(folder)`"), "\(route.path) in api.md")
            let begun = description.components(separatedBy: "\n  \(route.path):\n").last ?? ""
            let section = begun.components(separatedBy: "\n\n  /")[0]
            #expect(section.contains("Scope `\(scope.rawValue)`"), "\(route.path) in openapi.yaml")
        }
    }

    @Test func metrics_AreThoseOfTheStatus() async throws {
        let provider = FakeProvider()
        let trouble = Trouble(errcode: 40_164, summary: "not listed")
        provider.change {
            $0.status = .example(apps: [
                .example("wx1"), .example("wx2", left: nil, isUncertain: true, trouble: trouble),
            ])
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
            "wxkeeper_credential_uncertain{app=\"wx2\",line=\"stable\"} 1",
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
