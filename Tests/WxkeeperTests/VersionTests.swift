import Foundation
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
        try await withFolder { folder in
            #expect(try commit(of: folder) == "unknown")
            try git(["init", "-q"], in: folder)
            #expect(try commit(of: folder) == "unknown")
            _ = try folder.write("a", to: "file")
            try git(["add", "-A"], in: folder)
            try git(["-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-q", "-m", "A"], in: folder)
            let clean = try commit(of: folder)
            #expect(clean.wholeMatch(of: /[0-9a-f]{12}/) != nil)
            _ = try folder.write("b", to: "file")
            #expect(try commit(of: folder) == clean + "-modified")
            try git(["checkout", "-q", "file"], in: folder)
            _ = try folder.write("c", to: "new")
            #expect(try commit(of: folder) == clean + "-modified")
        }
    }

    @Test(arguments: [("0123abcd4567", "0123abcd4567"), ("v1\"; evil", "unknown"), ("", "unknown"), ("A B", "unknown")])
    func commit_IsTakenFromTheEnvironment_IfItLooksLikeOne(_ variable: String, _ told: String) async throws {
        try await withFolder { folder in
            let commit = try commit(of: folder, ["WXKEEPER_COMMIT": variable])
            #expect(commit == told)
        }
    }

    /// What `deploy/commit.sh` writes, outside of the repository that it looks at.
    private func commit(of package: Folder, _ variables: [String: String] = [:]) throws -> String {
        let output = try Folder()
        defer { output.remove() }
        let script = Self.root.appending(path: "deploy/commit.sh").path
        try run("/bin/sh", [script, package.url.path, output.url.path], variables)
        let text = try String(contentsOf: output.url.appending(path: "Commit.swift"), encoding: .utf8)
        return String(try #require(text.firstMatch(of: /id = "([^"]*)"/)?.1))
    }

    private func git(_ arguments: [String], in folder: Folder) throws {
        try run("/usr/bin/env", ["git", "-C", folder.url.path] + arguments, [:])
    }

    private func run(_ program: String, _ arguments: [String], _ variables: [String: String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        process.environment = variables.merging(["PATH": path]) { own, _ in own }
        process.standardInput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }
}
