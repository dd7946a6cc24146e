import Foundation
import KeeperConfiguration
import KeeperHTTP
import KeeperTestKit
import LocalCluster
import Testing

@testable import wxkeeper

@Suite struct KeygenTests {
    @Test func key_Has256RandomBits_InBase64URL() {
        let keys = (0..<100).map { _ in GeneratedKey.draw() }
        #expect(Set(keys).count == 100)
        #expect(keys.allSatisfy { $0.wholeMatch(of: /wxk_[A-Za-z0-9_-]{43}/) != nil })
    }

    @Test func entry_MakesTheKeyKnown() async throws {
        let made = GeneratedKey(clientID: "shop-backend", key: GeneratedKey.draw())
        let text = """
            cluster: { redis: "redis://h", secret: { value: cluster-secret-0123 } }
            clients:
            \(made.entry)
            """
        try await Folder.with { folder in
            let configuration = try ConfigurationFile.load(try folder.write(text), environment: [:]).configuration
            let client = try #require(configuration.clients.first)
            #expect(client.id == "shop-backend" && client.key == KeyDigest(of: made.key))
            #expect(client.apps == .all && client.scopes == [.read, .refresh])
        }
        #expect(made.lines.contains(made.key) && !made.entry.contains(made.key))
    }
}

/// The commands as a shell sees them: arguments in, two streams and a number out.
@Suite struct CommandTests {
    @Test func check_OfAGoodFile_EndsWith0_AndSaysWhatItMeans() async throws {
        try await Folder.with { folder in
            let path = try folder.write(Sample().text)
            let end = try await Program.run(["check", "--config", path])
            #expect(end.status == ExitStatus.done.rawValue && end.errors.isEmpty)
            #expect(end.output.contains("cluster  default, in Redis at 127.0.0.1:6379"))
            #expect(end.output.contains("apps     1 (1 stable, 0 classic)"))
        }
    }

    @Test func check_OfABadFile_EndsWith78_AndTellsEveryMistake() async throws {
        try await Folder.with { folder in
            let path = try folder.write(Sample(cluster: "  nmae: x", app: "    api: stabel").text)
            let end = try await Program.run(["check", "--config", path])
            #expect(end.status == ExitStatus.configuration.rawValue && end.output.isEmpty)
            #expect(end.errors.contains("\(path):4: cluster.nmae: ") && end.errors.contains("did you mean name?"))
            #expect(end.errors.contains("apps[0].api: ") && end.errors.contains("2 problems"))
        }
    }

    @Test func check_ReadsSecretFilesBesideTheConfiguration() async throws {
        try await Folder.with { folder in
            try folder.write("from-a-file-0123456\n", to: "cluster.secret")
            let text = Sample().text.replacing("{ value: \(Sample.secret) }", with: "{ file: cluster.secret }")
            let good = try await Program.run(["check", "--config", try folder.write(text)])
            #expect(good.status == ExitStatus.done.rawValue)
            let missing = text.replacing("cluster.secret }", with: "./none }")
            let bad = try await Program.run(["check", "--config", try folder.write(missing)])
            #expect(bad.status == ExitStatus.configuration.rawValue)
            #expect(bad.errors.contains("cluster.secret.file: found \"./none\": no such file"))
        }
    }

    @Test func check_WithoutAFile_ReadsTheVariables() async throws {
        let end = try await Program.run(["check"], variables: Sample.variables)
        #expect(end.status == ExitStatus.done.rawValue)
        #expect(try await Program.run(["check"]).status == ExitStatus.configuration.rawValue)
        #expect(try await Program.run(["check", "--config", "/none"]).status == ExitStatus.configuration.rawValue)
    }

    @Test func check_Live_TellsWhoIsNotReached() async throws {
        // Port 1 of the loopback: nothing listens there, and only root could.
        var variables = Sample.variables
        variables["WXKEEPER_REDIS"] = "redis://127.0.0.1:1"
        variables["WXKEEPER_WECHAT_BASE_URL"] = "http://127.0.0.1:1"
        let end = try await Program.run(["check", "--live"], variables: variables)
        #expect(end.status == ExitStatus.unreachable.rawValue && !end.output.contains("token    "))
        #expect(end.errors.contains("127.0.0.1:1") && end.errors.contains("http://127.0.0.1:1 is not reached"))
        #expect(!end.errors.contains("app-secret"))
        #expect(end.errors.contains("no connection to 127.0.0.1:1: connection refused\n"))
    }

    @Test func keygen_AndVersion_SpeakJSON() async throws {
        let key = try await Program.run(["keygen", "--id", "shop", "--json"])
        let made = try JSONDecoder().decode([String: String].self, from: Data(key.output.utf8))
        #expect(made["id"] == "shop" && made["sha256"] == KeyDigest(of: made["key"] ?? "").hexadecimal)
        let version = try await Program.run(["version", "--json"])
        #expect(version.output.contains("\"wxkeeper\":\"\(Version.number)\""))
    }

    @Test func wrongCommandLine_EndsWith64() async throws {
        #expect(try await Program.run(["keygen", "--id", "a b"]).status == ExitStatus.usage.rawValue)
        #expect(try await Program.run(["no-such-command"]).status == ExitStatus.usage.rawValue)
        #expect(try await Program.run(["status"]).status == ExitStatus.usage.rawValue)
    }

    @Test(arguments: ["desk", "desk:ww1", ":ww1:s", "desk::s", "desk:ww1:"])
    func simulatedWeComApp_NeedsNameCorporationAndSecret(app: String) async throws {
        let end = try await Program.run(["simulate", "--wecom-app", app])
        #expect(end.status == ExitStatus.usage.rawValue && end.output.isEmpty)
    }

    @Test func refusedToken_IsNotTakenFromTheArguments() async throws {
        let end = try await Program.run(["refresh", "wx1", "--stale", "the-token-itself"])
        #expect(end.status == ExitStatus.usage.rawValue && !end.errors.contains("the-token-itself"))
    }

    @Test func node_ThatIsNotThere_EndsWith69() async throws {
        // Port 1 of the loopback: nothing listens there, and only root could.
        let variables = ["WXKEEPER_URL": "http://127.0.0.1:1", "WXKEEPER_KEY": "wxk_any-key-at-all"]
        let end = try await Program.run(["token", "wx1"], variables: variables)
        #expect(end.status == ExitStatus.unreachable.rawValue && end.output.isEmpty)
        #expect(end.errors.contains("http://127.0.0.1:1") && !end.errors.contains("wxk_any"))
    }
}
