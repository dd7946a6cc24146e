import Foundation
import LocalCluster
import Testing

/// `deploy/subjects.sh`, which looks at the subjects of commits.
@Suite struct SubjectTests {
    private static let script = Repository.root.appending(path: "deploy/subjects.sh").path

    private static let afterTheRule = "2026-12-01T00:00:00Z"

    /// Makes a repository with these commits.
    private func commit(_ subjects: [String], on date: String = afterTheRule, in tree: String) async throws {
        try await git(["init", "-q", tree])
        for subject in subjects {
            let names = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
            try await git(
                ["-C", tree] + names + ["commit", "-q", "--allow-empty", "-m", subject], ["GIT_COMMITTER_DATE": date])
        }
    }

    /// What the script says of a repository with these commits.
    private func judged(_ subjects: [String], on date: String = afterTheRule) async throws -> Finished {
        try await Folder.with { folder in
            try await commit(subjects, on: date, in: folder.path)
            return try await Finished(running: Self.script, [folder.path])
        }
    }

    private func git(_ arguments: [String], _ variables: [String: String] = [:]) async throws {
        let end = try await Finished(running: "git", arguments, environment: variables)
        try #require(end.ending == .exited(0), "\(end.errors)")
    }

    private static let longest = "Core: " + String(repeating: "é", count: 66)

    @Test func goodSubjects_Pass() async throws {
        let end = try await judged(["Lay the foundation", Self.longest, "Merge branch 'core': the house\n\nIts story."])
        #expect(end.ending == .exited(0) && end.errors.isEmpty, "\(end.errors)")
    }

    @Test(arguments: [
        (longest + "e", "73 characters; 72 are allowed"), ("lay the foundation", "begin with a capital"),
        ("Lay the foundation.", "leave the full stop out"),
        ("Lay the foundation\nof a house that has many rooms, and tell of each of them what it is", "characters"),
    ])
    func badSubject_IsNamed(_ subject: String, _ complaint: String) async throws {
        let end = try await judged([subject, "Build on it"])
        #expect(end.ending == .exited(1) && end.errors.contains(complaint), "\(end.errors)")
        #expect(!end.errors.contains("Build on it"))
    }

    @Test func whatIsOlderThanTheRule_IsLeftAlone() async throws {
        #expect(try await judged(["old.", "older."], on: "2026-11-23T00:00:00Z").ending == .exited(0))
    }

    @Test func whereThereIsNoHistory_NothingIsSaid() async throws {
        #expect(try await judged([]).ending == .exited(0))
        try await Folder.with { folder in
            let end = try await Finished(running: Self.script, [folder.path])
            #expect(end.ending == .exited(0))
        }
    }

    @Test func shallowClone_IsLookedAtAsFarAsItReaches() async throws {
        try await Folder.with { folder in
            let whole = folder.path + "/whole", clone = folder.path + "/clone"
            try await commit(["hidden", "shown", "Good"], in: whole)
            try await git(["clone", "-q", "--depth", "2", "file://" + whole, clone])
            let end = try await Finished(running: Self.script, [clone])
            #expect(end.ending == .exited(1) && end.errors.contains("shown") && !end.errors.contains("hidden"))
        }
    }
}
