import Foundation
import LocalCluster
import Testing

@testable import wxkeeper

/// What `wxkeeper version` says, and how it comes to know its commit.
@Suite struct VersionTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../..")

    @Test func version_NamesWhateverTheProgramIsMadeOf() async throws {
        let end = try await Program.run(["version"])
        #expect(end.status == ExitStatus.done.rawValue && end.errors.isEmpty)
        let lines = end.output.split(separator: "\n").map { $0.split(separator: " ", maxSplits: 1).map(String.init) }
        #expect(lines.map(\.first) == ["wxkeeper", "commit", "build", "swift", "libcurl", "tls", "hiredis"])
        let parts = Dictionary(uniqueKeysWithValues: lines.map { ($0[0], $0[1]) })
        #expect(parts["wxkeeper"] == Version.number && parts["commit"] == Commit.id)
        #expect(parts["commit"]?.wholeMatch(of: /[0-9a-f]{12,40}(-modified)?|unknown/) != nil)
        for name in ["libcurl", "hiredis"] {
            #expect(parts[name]?.wholeMatch(of: /\d+\.\d+\.\d+.*/) != nil, "\(name)")
        }
        #expect(parts["tls"]?.wholeMatch(of: /[A-Za-z]+\/\d.*/) != nil)
        let json = try await Program.run(["version", "--json"])
        let told = try JSONDecoder().decode([String: String].self, from: Data(json.output.utf8))
        #expect(told == parts)
    }

    @Test func help_PromisesWhatIsSaid() async throws {
        let help = try await Program.run(["version", "--help"]).output
        for word in ["version", "commit", "build", "Swift", "libraries"] { #expect(help.contains(word), "\(word)") }
    }

    @Test func commit_IsThatOfTheRepository_AndTellsOfChanges() async throws {
        try await Folder.with { folder in
            #expect(try await commit(of: folder) == "unknown")
            try await git(["init", "-q"], in: folder)
            #expect(try await commit(of: folder) == "unknown")
            try folder.write("a", to: "file")
            try await git(["add", "-A"], in: folder)
            try await git(["-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-q", "-m", "A"], in: folder)
            let clean = try await commit(of: folder)
            #expect(clean.wholeMatch(of: /[0-9a-f]{12}/) != nil)
            try folder.write("b", to: "file")
            #expect(try await commit(of: folder) == clean + "-modified")
            try await git(["checkout", "-q", "file"], in: folder)
            try folder.write("c", to: "new")
            #expect(try await commit(of: folder) == clean + "-modified")
        }
    }

    @Test(arguments: [("0123abcd4567", "0123abcd4567"), ("v1\"; evil", "unknown"), ("", "unknown"), ("A B", "unknown")])
    func commit_IsTakenFromTheEnvironment_IfItLooksLikeOne(_ variable: String, _ told: String) async throws {
        try await Folder.with { folder in
            let commit = try await commit(of: folder, ["WXKEEPER_COMMIT": variable])
            #expect(commit == told)
        }
    }

    /// What `deploy/commit.sh` writes, outside of the repository that it looks at.
    private func commit(of package: Folder, _ variables: [String: String] = [:]) async throws -> String {
        try await Folder.with { output in
            let script = Self.root.appending(path: "deploy/commit.sh").path
            try await run("/bin/sh", [script, package.path, output.path], variables)
            let text = try String(contentsOfFile: output.path + "/Commit.swift", encoding: .utf8)
            return String(try #require(text.firstMatch(of: /id = "([^"]*)"/)?.1))
        }
    }

    private func git(_ arguments: [String], in folder: Folder) async throws {
        try await run("git", ["-C", folder.path] + arguments)
    }

    private func run(_ program: String, _ arguments: [String], _ variables: [String: String] = [:]) async throws {
        let end = try await Finished(running: program, arguments, environment: variables)
        try #require(end.ending == .exited(0), "\(end.errors)")
    }
}
