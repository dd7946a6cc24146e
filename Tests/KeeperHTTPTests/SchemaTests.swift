import Foundation
import HTTPTypes
import KeeperCore
import KeeperPorts
import Testing

@testable import KeeperHTTP

/// The schemas of `docs/openapi.yaml` against the documents that are sent, name by name.
@Suite struct SchemaTests {
    /// A mapping of the description: its keys, and what stands behind each on its line or below it.
    private struct Block {
        var text = ""
        var children: [String: Block] = [:]

        /// What a schema refers to, where that is all it says.
        var reference: String? {
            let reference = children["$ref"]?.text ?? (text.hasPrefix("{ $ref:") ? text : nil)
            return reference?.split(separator: "/").last.map { $0.filter { $0.isLetter } }
        }

        var required: [String] {
            (children["required"]?.text ?? "").split { ", []".contains($0) }.map(String.init)
        }

        init(text: String = "") { self.text = text }

        /// Reads the lines that are further in than `indent`; lists and flowing text below a key are left out.
        init(_ lines: inout ArraySlice<Substring>, deeperThan indent: Int, text: String = "") {
            self.text = text
            while let line = lines.first {
                let depth = line.prefix { $0 == " " }.count
                guard line.allSatisfy({ $0 == " " }) || depth > indent else { return }
                lines.removeFirst()
                let content = line.dropFirst(depth)
                guard let colon = content.firstIndex(of: ":"), !content.hasPrefix("-"), !content.hasPrefix("#") else {
                    continue
                }
                let rest = content[content.index(after: colon)...].drop { $0 == " " }
                let key = String(content[..<colon])
                children[key] = Block(&lines, deeperThan: depth, text: String(rest))
            }
        }
    }

    private let schemas: [String: Block]

    init() throws {
        var lines = try Self.page("openapi.yaml").split(separator: "\n", omittingEmptySubsequences: false)[...]
        let description = Block(&lines, deeperThan: -1)
        schemas = try #require(description.children["components"]?.children["schemas"]).children
    }

    private static func page(_ name: String) throws -> String {
        let docs = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs")
        return try String(contentsOf: docs.appending(path: name), encoding: .utf8)
    }

    /// What is wrong with a document: names that are not described, and those that are described and not there.
    private func differences(_ document: Any, _ schema: Block, isWhole: Bool, at path: String) -> [String] {
        if let name = schema.reference {
            guard let schema = schemas[name] else { return ["\(path): no schema \(name)"] }
            return differences(document, schema, isWhole: isWhole, at: path)
        }
        if let list = document as? [[String: Any]] {
            guard let items = schema.children["items"] else { return ["\(path): no items"] }
            // What one of them lacks another may have.
            let all = list.reduce(into: [:]) { all, one in all.merge(one) { first, _ in first } }
            let members = isWhole ? [all] : list
            return members.flatMap { differences($0, items, isWhole: isWhole, at: path + "[]") }
        }
        guard let object = document as? [String: Any] else { return [] }
        let properties = schema.children["properties"]?.children ?? [:]
        let missing = isWhole ? Set(properties.keys) : Set(schema.required)
        let unknown = object.keys.filter { properties[$0] == nil }.map { "\(path).\($0) is not described" }
        let absent = missing.filter { object[$0] == nil }.map { "\(path).\($0) is not there" }
        let deeper = object.sorted { $0.key < $1.key }.flatMap { key, value in
            properties[key].map { differences(value, $0, isWhole: isWhole, at: "\(path).\(key)") } ?? []
        }
        return unknown.sorted() + absent.sorted() + deeper
    }

    private func differences(_ reply: Reply, _ name: String, isWhole: Bool = false) throws -> [String] {
        differences(try reply.json, try #require(schemas[name]), isWhole: isWhole, at: name)
    }

    /// A node of which everything can be told that there is to tell.
    private func node() -> FakeProvider {
        let provider = FakeProvider.withToken()
        let refusal = StoreRefusal(code: "OOM", reason: "full", deed: "free it")
        var app = AppStatus.example("wx1", trouble: Trouble(errcode: -1, summary: "busy"))
        app.externalRotations = ExternalRotations(count: 2, age: .seconds(40))
        provider.change { state in
            state.health = .example(ill: [app])
            state.health.storeRefusal = refusal
            state.status = .example(apps: [app])
            state.status.health = state.health
            state.status.quietLeft = .seconds(1)
            state.status.pauseLeft = .seconds(9)
            let others = state.status.members.map(\.holder)
            state.status.neighbours = [Neighbour(holder: others[1], finding: .silent(reason: "timed out"))]
            state.handover = .success(
                CompletedHandover(leader: LeaderHint(holder: .example("b"), epoch: Epoch(8)), gap: .milliseconds(9)))
            state.answer = .token(
                credential: ServedCredential(credential: .example(token: "NEW")), previous: [], refreshed: false,
                stillValid: true)
        }
        return provider
    }

    @Test(arguments: [("/status", "Status"), ("/health", "Health")])
    func wholeDocument_HasTheNamesThatAreDescribed(path: String, schema: String) async throws {
        let reply = try await node().ask(.get, path, as: "watcher")
        #expect(try differences(reply, schema, isWhole: true) == [])
        // And each member of a list has those that are always there.
        #expect(try differences(reply, schema) == [])
    }

    /// Also what does not apply to that node: a figure that is added and sent seldom must be described too.
    @Test func everyMemberOfTheStatus_IsDescribed_AndStandsInTheManual() throws {
        let document = StatusDocument(.example(), at: Date.now)
        let status = try #require(schemas["Status"])
        let parts: [(described: Block?, part: Any)] = [
            (status, document), (status.children["properties"]?.children["node"], document.node),
            (schemas["Member"], try #require(document.nodes.first)),
            (schemas["App"], try #require(document.apps.first)),
            (schemas["Counters"], document.counters),
        ]
        let manual = try Self.page("api.md")
        let start = try #require(manual.range(of: "### `GET /status`")).upperBound
        let section = manual[start...].components(separatedBy: "\n### ")[0]
        for (described, part) in parts {
            let members = members(of: part)
            let properties = try #require(described?.children["properties"]).children
            #expect(properties.keys.sorted() == members.sorted())
            for member in members { #expect(section.contains("`\(member)`"), "\(member)") }
        }
    }

    /// The members as JSON has them.
    private func members(of part: Any) -> [String] {
        Swift.Mirror(reflecting: part).children.compactMap(\.label).map { name in
            name.replacing(/[A-Z]/) { "_" + $0.output.lowercased() }
        }
    }

    @Test func smallDocuments_HaveNoNameThatIsNotDescribed() async throws {
        let node = node()
        #expect(try await differences(node.ask(.get, "/readyz"), "Readiness") == [])
        #expect(try await differences(node.ask(.get, "/token?appid=wx1", as: "shop"), "Token") == [])
        let handover = try await node.ask(.post, "/operate/step-down", as: "admin")
        #expect(try differences(handover, "HandedOver") == [])
        let pause = try await node.ask(.post, "/operate/pause", as: "admin", body: #"{"seconds":60}"#)
        #expect(try differences(pause, "Pause") == [])
        let rotated = try await node.ask(.post, "/operate/refresh", as: "admin", body: #"{"appid":"wx1"}"#)
        #expect(try differences(rotated, "Rotated") == [])
    }
}
