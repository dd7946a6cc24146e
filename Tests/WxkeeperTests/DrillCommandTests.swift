import ArgumentParser
import ClusterDrill
import Foundation
import KeeperTestKit
import LocalCluster
import Testing

@testable import wxkeeper

/// What `wxkeeper drill` accepts, and what it refuses.
@Suite struct DrillCommandTests {
    private func message(_ arguments: [String]) -> String? {
        do {
            _ = try DrillCommand.parse(arguments)
            return nil
        } catch {
            return DrillCommand.message(for: error)
        }
    }

    @Test func list_SaysWhatEachDrillDoesAndPromises_AndEndsWith0() async throws {
        let end = try await Program.run(["drill", "--list"])
        #expect(end.status == ExitStatus.done.rawValue && end.errors.isEmpty)
        for name in DrillName.allCases { #expect(end.output.contains("  \(name.rawValue)\n      \(name.summary)")) }
        #expect(end.output.contains("a new leader within 4.5 s of the fault") && end.output.contains("  all\n"))
    }

    @Test func everyDrill_IsDocumented_InItsOrder() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../..")
        let page = try String(contentsOf: root.appending(path: "docs/drill.md"), encoding: .utf8)
        let rows = page.split(separator: "\n").filter { $0.hasPrefix("| `") }
        #expect(rows.map { $0.split(separator: "`")[1] } == DrillName.allCases.map { $0.rawValue[...] })
    }

    @Test func noName_ShowsTheList_AndEndsWith64() async throws {
        let end = try await Program.run(["drill"])
        #expect(end.status == ExitStatus.usage.rawValue && end.output.isEmpty)
        #expect(end.errors.contains("Name a drill") && end.errors.contains("kill-leader"))
    }

    @Test func names_AreTheDrills_EachOnce_InTheirOrder() throws {
        #expect(try DrillName.chosen(by: ["stampede", "kill-leader", "stampede"]) == [.stampede, .killLeader])
        #expect(try DrillName.chosen(by: ["all"]) == DrillName.allCases)
        #expect(try DrillName.chosen(by: ["wechat-down", "all"]).first == .weChatDown)
    }

    @Test func unknownName_IsRefused_WithASuggestion() async throws {
        #expect(message(["kil-leader"])?.contains("did you mean kill-leader?") == true)
        #expect(try await Program.run(["drill", "kil-leader"]).status == ExitStatus.usage.rawValue)
    }

    @Test func optionsOfOnesOwnCluster_NeedItsConfiguration() {
        for options in [["--i-mean-it"], ["--url", "http://127.0.0.1:1"], ["--key-file", "key"]] {
            #expect(message(["step-down"] + options)?.contains("belong to --config") == true, "\(options)")
        }
    }

    @Test(arguments: DrillName.allCases)
    func onOnesOwnCluster_OnlyTheHarmlessAreRun(_ name: DrillName) {
        let isHarmless = [.stepDown, .switchover].contains(name)
        #expect((message([name.rawValue, "--config", "x.yaml"]) == nil) == isHarmless)
        let isMeant = isHarmless || name == .stampede
        #expect((message([name.rawValue, "--config", "x.yaml", "--i-mean-it"]) == nil) == isMeant)
        #expect(message(["all", "--config", "x.yaml"]) == nil)
        #expect((message(["all", name.rawValue, "--config", "x.yaml", "--i-mean-it"]) == nil) == isMeant)
    }

    @Test func refusal_SaysWhy() {
        let killing = message(["kill-leader", "--config", "x.yaml"])
        #expect(killing?.contains("processes that this command does not own") == true)
        #expect(message(["redis-down", "--config", "x.yaml"])?.contains("--i-mean-it or not") == true)
        #expect(message(["stampede", "--config", "x.yaml"])?.contains("add --i-mean-it") == true)
    }

    @Test func dryRun_SaysWhatWouldBeDone_AndDoesNothing() async throws {
        let end = try await Program.run(["drill", "all", "--dry-run"])
        #expect(end.status == ExitStatus.done.rawValue && end.output.contains("Nothing was done."))
        for name in DrillName.allCases { #expect(end.output.contains(name.rawValue)) }
        try await Folder.with { folder in
            let path = try folder.write(Sample().text)
            let variables = ["WXKEEPER_KEY": "client-key-0123456789"]
            let own = try await Program.run(["drill", "all", "--dry-run", "--config", path], variables: variables)
            #expect(own.output.contains("step-down") && !own.output.contains("kill-leader"))
            #expect(own.output.contains("the cluster at http://127.0.0.1:2130"))
        }
    }

    @Test func wrongConfiguration_EndsWith78_AndNoNodeWith69() async throws {
        try await Folder.with { folder in
            let wrong = try folder.write(Sample(cluster: "  nmae: x").text, to: "wrong.yaml")
            let variables = ["WXKEEPER_KEY": "client-key-0123456789"]
            let bad = try await Program.run(["drill", "step-down", "--config", wrong], variables: variables)
            #expect(bad.status == ExitStatus.configuration.rawValue && bad.errors.contains("nmae"))
            let path = try folder.write(Sample().text)
            // Port 1 of the loopback: nothing listens there.
            let away = ["drill", "step-down", "--config", path, "--url", "http://127.0.0.1:1"]
            #expect(try await Program.run(away, variables: variables).status == ExitStatus.unreachable.rawValue)
            let keyless = ["drill", "step-down", "--config", path]
            #expect(try await Program.run(keyless).status == ExitStatus.usage.rawValue)
        }
    }

    @Test func reportThatCannotBeWritten_IsToldBeforeAnythingIsDone() async throws {
        let end = try await Program.run(["drill", "step-down", "--report", "/none/at/all.html"])
        #expect(end.status == ExitStatus.usage.rawValue && end.errors.contains("/none/at/all.html: cannot be written"))
    }
}
