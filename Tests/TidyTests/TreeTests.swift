import Testing

/// The checks, run over the tree as it is.
@Suite struct TreeTests {
    private let sources: [SourceFile]
    private let tests: [SourceFile]

    init() throws {
        sources = try Repository.files(in: "Sources")
        tests = try Repository.files(in: "Tests")
    }

    @Test func theTree_IsRead() {
        #expect(sources.contains { $0.path == "Sources/KeeperCore/Time/Instant.swift" })
        #expect(tests.contains { $0.path == "Tests/TidyTests/TreeTests.swift" })
    }

    @Test func filesFunctionsAndLines_AreShort() {
        #expect((sources + tests).flatMap(Tidy.lengths) == [])
    }

    @Test func types_HoldFewProperties() {
        #expect(sources.filter { $0.room == "KeeperCore" }.flatMap(Tidy.wideTypes) == [])
    }

    @Test func bannedWords_AreNotWritten() {
        #expect((sources + tests).flatMap(Tidy.bans) == [])
    }

    @Test func work_IsNotPutOff() {
        #expect((sources + tests).flatMap(Tidy.unfinished) == [])
    }

    @Test func theUnsafe_IsFencedAndSigned() {
        #expect(sources.flatMap(Tidy.unsafety) == [])
    }

    @Test func theCore_NeverDecidesByTheOrderOfAHash() {
        #expect(sources.flatMap(Tidy.hashedOrder) == [])
    }

    @Test func imports_FollowTheArrows() {
        #expect(sources.flatMap(House.strayImports) == [])
    }

    @Test func folders_FollowTheArrows() {
        #expect(Folders.strayNames(in: sources) == [])
    }

    @Test(arguments: Folders.arrows.keys.sorted())
    func arrowsOfFolders_LeadInNoCircle(room: String) throws {
        let arrows = try #require(Folders.arrows[room])
        #expect(Folders.circles(in: arrows) == [])
        let found = Set(sources.filter { $0.room == room }.map(\.subfolder))
        #expect(found == Set(arrows.keys), "as many folders as stand in the table")
    }

    @Test func dependencies_FollowTheArrows() throws {
        #expect(House.strayDependencies(package: try Repository.file("Package.swift")) == [])
    }

    @Test func everyRoom_HasItsArrows() {
        let unknown = Set(sources.map(\.room)).subtracting(House.rooms)
        #expect(unknown.sorted() == [])
    }

    @Test func everyFile_IsUsed() {
        #expect(House.unusedFiles(sources, by: tests) == [])
    }
}
