import Foundation
import KeeperCore
import Testing

@testable import KeeperConfiguration

/// `docs/configuration.md` against the program, so that the document cannot rot.
@Suite struct DocumentationTests {
    let document: String

    init() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../..")
        document = try String(contentsOf: root.appending(path: "docs/configuration.md"), encoding: .utf8)
    }

    @Test func everyExample_IsGood() throws {
        let examples = document.matches(of: /```yaml\n(.*?)```/.dotMatchesNewlines()).map { String($0.1) }
        #expect(examples.count == 2)
        let variables = [
            "REDIS_PASSWORD": "p", "NEWS_APPSECRET": "app-secret-01234567", "CLUSTER_SECRET": "cluster-secret-0123",
            "SHOP_KEY": "wxk_0123456789abcdef",
        ]
        let files = Dictionary(
            uniqueKeysWithValues: ["cluster", "shop", "operator", "alarms"].map { name in
                ("/run/credentials/\(name)", name == "alarms" ? "https://example.com/hook" : "\(name)-0123456789")
            })
        for example in examples {
            #expect(problems(example, variables: variables, files: files).isEmpty)
        }
        let complete = try configuration(examples.first, variables: variables, files: files)
        #expect(complete.apps.count == 2 && complete.clients.count == 2)
    }

    @Test func environmentExample_IsGood() throws {
        let example = try #require(document.firstMatch(of: /```sh\n(WXKEEPER_.*?)```/.dotMatchesNewlines())?.1)
        let variables = example.split(separator: "\n").map { $0.split(separator: "=", maxSplits: 1).map(String.init) }
        #expect(problems(nil, variables: Dictionary(uniqueKeysWithValues: variables.map { ($0[0], $0[1]) })).isEmpty)
    }

    @Test func everyKey_IsExplained() {
        let sections = [
            ("node.", ConfigurationReader.knownInNode), ("wechat.", ConfigurationReader.knownInWeChat),
            ("cluster.", ConfigurationReader.knownInCluster.map { $0 == "lease" ? "lease.ttl" : $0 }),
            ("alarms.", ConfigurationReader.knownInAlarms), ("apps[].", AppReader.known),
            ("clients[].", ClientReader.known),
        ]
        #expect(sections.map { String($0.0.prefix(while: \.isLetter)) }.sorted() == ConfigurationReader.known.sorted())
        for (path, keys) in sections {
            for key in keys { #expect(document.contains("| `\(path)\(key)` |"), "\(path)\(key)") }
        }
    }

    @Test func everyAlarm_IsExplained_ByTheWordThatIsSent() {
        for kind in Alarm.Kind.allCases {
            #expect(document.contains("`\(kind.rawValue)`"), "\(kind.rawValue)")
            #expect(kind.rawValue.allSatisfy { ("a"..."z").contains($0) || $0 == "-" }, "\(kind.rawValue)")
        }
    }

    @Test func everyVariable_IsExplained() {
        for variable in EnvironmentVariable.allCases { #expect(document.contains("| `\(variable.rawValue)` |")) }
    }

    @Test(arguments: [(4, 2), (6, 3), (10, 5)])
    func derivedTimes_AreThoseOfTheProgram(_ ttl: Int, _ timeout: Int) throws {
        let timing = try LeaseTiming(ttl: .seconds(ttl), callTimeout: .seconds(timeout))
        let column = try #require([4: 3, 6: 4, 10: 5][ttl])
        let rows = [
            ("renewal period", timing.renewalPeriod), ("tick of every node", timing.tickPeriod),
            ("time-out of one Redis command", timing.commandTimeout), ("guard", timing.guardTime),
            ("how long a refresh waits", timing.hold),
        ]
        for (name, duration) in rows {
            let row = try #require(document.split(separator: "\n").first { $0.hasPrefix("| \(name)") })
            let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            #expect(cells[column - 1] == DurationText.write(duration), "\(name)")
        }
    }
}
