import Testing

/// Each check must be seen to fail: a fault is planted, and found on its line.
@Suite struct PlantedFaultTests {
    private func file(_ room: String, _ text: String, folder: String = "Sources") -> SourceFile {
        SourceFile(path: "\(folder)/\(room)/File.swift", text: text)
    }

    @Test func reader_TellsCodeFromCommentsAndStrings() {
        let text = """
            let a = "print(" // print(
            /* one /* two */ print( */ call()
            let b = #"a "quoted" fatalError"# + "x\\(name("y") + 1)z" + c
            let d = \"\"\"
                try! "here"
                \"\"\"
            """
        let file = file("KeeperCore", text)
        #expect(file.code[0].trimmed == #"let a = "      ""#)
        #expect(file.comments[0].trimmed == "// print(")
        #expect(file.code[1].trimmed == "call()")
        #expect(file.code[2].hasSuffix("+ c") && !file.code[2].contains("fatalError"))
        #expect(file.code[2].contains("name(\" \") + 1") && !file.code[2].contains("z"), "what is interpolated is code")
        #expect(!file.code[4].contains("try!"))
        #expect(file.code.map(\.count) == file.lines.map(\.count))
        #expect(Tidy.bans(file) == [])
    }

    @Test func longLine_IsFound() {
        let file = self.file("KeeperCore", "let a = 1\n// " + String(repeating: "x", count: 118))
        #expect(Tidy.lengths(file).map(\.line) == [2])
        let recipe = self.file("wxkeeper", "let a = \"\"\"\n    " + String(repeating: "x ", count: 90) + "\n    \"\"\"")
        #expect(Tidy.lengths(recipe) == [], "text between three quotation marks is data")
    }

    @Test func longFile_IsFound() {
        #expect(Tidy.lengths(file("KeeperPorts", String(repeating: "\n", count: 300))) == [])
        #expect(Tidy.lengths(file("KeeperPorts", String(repeating: "\n", count: 301))).count == 1)
    }

    @Test(arguments: [
        "func long(\n    a: Int\n) -> Int {", "init(a: Int) {", "public static func long() async throws(Error)\n{",
    ])
    func longFunction_IsFound(_ head: String) {
        let lines = head.split(separator: "\n").count
        let fits = head + String(repeating: "\n    if a { b() }", count: 39 - lines) + "\n}\n"
        #expect(Tidy.lengths(file("KeeperPorts", fits)) == [])
        let long = head + String(repeating: "\n    if a { b() }", count: 40 - lines) + "\n}\n"
        #expect(Tidy.lengths(file("KeeperPorts", long)).map(\.line) == [1])
    }

    @Test func requirement_IsNoFunction() {
        let text = "protocol P {\n    func a() async\n    init(b: Int)\n}\nfunc c() { self.init(b: 1) }\n"
        #expect(Tidy.functions(in: file("KeeperCore", text)) == [4...4])
    }

    @Test(arguments: [
        ("KeeperCore", "let now = Date()"), ("KeeperPorts", "let now = Date.now"),
        ("ClusterSimulation", "let dice = Int.random(in: 1...6)"),
        ("CurlClient", "try await Task.sleep(for: .seconds(1))"),
        ("KeeperHTTP", "Thread.sleep(forTimeInterval: 1)"), ("wxkeeper", "usleep(10)"), ("KeeperNode", "try! body()"),
        ("LocalCluster", "let redis = Process()"),
        ("RedisStores", "fatalError()"), ("WeChatAPI", "print(answer)"),
        ("KeeperPorts", "@_exported import KeeperCore"), ("KeeperCore", "if rules.isInForce(.spacing) {"),
    ])
    func bannedWord_IsFound(_ room: String, _ line: String) {
        #expect(Tidy.bans(file(room, "\n" + line)).map(\.line) == [2])
    }

    @Test(arguments: [
        ("KeeperHTTP", "let now = Date()"), ("KeeperCore", "let dice = Int.random(in: 1...6, using: &generator)"),
        ("KeeperNode", "try await Task.sleep(until: next)"), ("wxkeeper", "print(answer)"),
        ("ClusterSimulation", "rules.isInForce(.spacing)"), ("KeeperCore", "footprint(of: x)"),
        ("LocalCluster", "let redis = RedisProcess()"),
        ("KeeperCore", "// never print( a token"),
    ])
    func allowedWord_IsLeftAlone(_ room: String, _ line: String) {
        #expect(Tidy.bans(file(room, line)) == [])
    }

    @Test func sleep_IsBannedInTests() {
        let line = "try await Task.sleep(for: .seconds(1))"
        #expect(Tidy.bans(file("KeeperNodeTests", line, folder: "Tests")).count == 1)
    }

    @Test func workPutOff_IsFound() {
        let word = "TO" + "DO"
        #expect(Tidy.unfinished(file("KeeperCore", "let a = 1  // \(word): more")).map(\.line) == [1])
        #expect(Tidy.unfinished(file("KeeperCore", "let a = \"\(word)\"")) == [])
    }

    @Test(arguments: ["final class A: @unchecked Sendable {}", "nonisolated(unsafe) var a = 1", "let b = unsafe c"])
    func unsignedUnsafety_IsFound(_ line: String) {
        #expect(Tidy.unsafety(file("KeeperNode", "// SAFETY: no.\n" + line)).map(\.line) == [2])
        #expect(Tidy.unsafety(file("CurlClient", line)).map(\.line) == [1])
        #expect(Tidy.unsafety(file("CurlClient", "// SAFETY: the loop owns it.\n" + line)) == [])
        let inside = "// SAFETY: the loop owns it.\n" + String(repeating: "\n", count: 20) + line
        #expect(Tidy.unsafety(file("CurlClient", "func f() {\n" + inside + "\n}")) == [])
        let far = "// SAFETY: too far away.\n" + String(repeating: "\n", count: Tidy.safetyReach) + line
        #expect(Tidy.unsafety(file("RedisClient", far)).count == 1)
    }

    @Test func iterationOverAHash_IsFound() {
        #expect(Tidy.hashedOrder(file("KeeperCore", "for key in table.keys {")).count == 1)
        #expect(Tidy.hashedOrder(file("KeeperCore", "for key in table.keys.sorted() {")) == [])
        #expect(Tidy.hashedOrder(file("KeeperNode", "for key in table.keys {")) == [])
    }

    @Test(arguments: [
        ("KeeperCore", "import Foundation"), ("KeeperCore", "public import KeeperPorts"),
        ("ClusterSimulation", "import Foundation"), ("KeeperPorts", "internal import Logging"),
        ("KeeperNode", "private import struct KeeperHTTP.Route"), ("WeChatSimulator", "import KeeperCore"),
        ("RedisClient", "@testable import KeeperCore"),
    ])
    func importAgainstAnArrow_IsFound(_ room: String, _ line: String) {
        #expect(House.strayImports(file(room, "// A comment.\n" + line)).map(\.line) == [2])
    }

    @Test(arguments: [
        ("KeeperNode", "public import KeeperCore"), ("RedisClient", "internal import CHiredis"),
        ("KeeperHTTP", "internal import Hummingbird"), ("wxkeeper", "import KeeperHTTP"),
        ("KeeperCore", "// import Foundation"),
    ])
    func importAlongAnArrow_IsAllowed(_ room: String, _ line: String) {
        #expect(House.strayImports(file(room, line)) == [])
    }

    @Test func dependencyAgainstAnArrow_IsFound() {
        let package = SourceFile(
            path: "Package.swift",
            text: """
                    room("KeeperCore"),
                    room("KeeperPorts", ["KeeperCore"]),
                    room("KeeperNode", ["KeeperPorts", "RedisStores", .logging]),
                    room("Attic", []),
                """)
        #expect(House.strayDependencies(package: package).map(\.line) == [3, 4])
    }

    private static let folders = ["Room": ["Low": [], "High": ["Low"]] as [String: Set<String>]]

    private func rooms(low: String = "", high: String = "") -> [SourceFile] {
        [("Low", low), ("High", high)].map { SourceFile(path: "Sources/Room/\($0)/File.swift", text: $1) }
    }

    @Test(arguments: [
        "let top: Top", "extension Top {}", "func f(_ tops: [Top?]) -> Top.Nested {", "struct Low: Sized<Top> {}",
    ])
    func nameAgainstAnArrowOfFolders_IsFound(_ line: String) {
        let files = rooms(low: "// Top\n" + line, high: "struct Top {}")
        #expect(Set(Folders.strayNames(in: files, arrows: Self.folders).map(\.line)) == [2])
    }

    @Test(arguments: [
        ("struct Low {}", "struct Top { let low: Low }"), ("let a = \"Top\" // Top", "struct Top {}"),
        ("let a: Other.Top", "struct Top {}"), ("struct A { enum Top {} }\nlet a: A", "struct Top {}"),
        ("let a: Nested", "struct Top { struct Nested {} }"), ("let a: Top", "private struct Top {}"),
    ])
    func nameThatIsNotOfAnotherFolder_IsLeftAlone(_ low: String, _ high: String) {
        #expect(Folders.strayNames(in: rooms(low: low, high: high), arrows: Self.folders) == [])
    }

    @Test func folderWithoutArrows_IsFound() {
        let attic = SourceFile(path: "Sources/Room/Attic/File.swift", text: "")
        #expect(Folders.strayNames(in: [attic], arrows: Self.folders).map(\.path) == [attic.path])
    }

    @Test func circleOfFolders_IsFound() {
        #expect(Folders.circles(in: ["a": ["b"], "b": ["c"], "c": ["b"], "d": []]) == ["a", "b", "c"])
        #expect(Folders.circles(in: ["a": ["b", "c"], "b": ["c"], "c": []]) == [])
    }

    @Test(arguments: [
        "var a = 1, b = 2", "@Boxed private(set) var a: Int?\n    let b: Int { didSet { } }",
        "var (a, b) = (1, 2)", "lazy var a = { 1 }()\n    let b: [Int]",
    ])
    func storedProperties_AreCounted(_ two: String) {
        let computed = """
            static let s = 1
            var c: Int { 1 }
            var d: Int {
                let local = 2
                return local
            }
            enum Within { case e }
            func f() { let g = 1 }
            """
        let of = { (count: Int) in (2..<count).map { "    let p\($0): Int\n" }.joined() }
        let narrow = "struct Type {\n    \(two)\n\(of(Tidy.mostStoredProperties))\(computed)\n}\n"
        #expect(Tidy.wideTypes(file("KeeperCore", narrow)) == [])
        let wide = "struct Type {\n    \(two)\n\(of(Tidy.mostStoredProperties + 1))\(computed)\n}\n"
        #expect(Tidy.wideTypes(file("KeeperCore", wide)).map(\.line) == [1])
    }

    @Test func fileThatOnlyATestUses_IsUsed() {
        let tested = SourceFile(path: "Sources/KeeperCore/Tested.swift", text: "struct Tested {}")
        let test = SourceFile(path: "Tests/KeeperCoreTests/SomeTests.swift", text: "let tested = Tested()")
        #expect(House.unusedFiles([tested], by: [test]) == [])
    }

    @Test func fileThatNobodyUses_IsFound() {
        let used = SourceFile(path: "Sources/KeeperCore/Used.swift", text: "struct Used {}")
        let user = SourceFile(path: "Sources/KeeperCore/User.swift", text: "@main struct User { let a: Used }")
        let attic = SourceFile(path: "Sources/KeeperCore/Attic.swift", text: "struct Attic { var attic: Attic? }")
        #expect(House.unusedFiles([used, user, attic]).map(\.path) == [attic.path])
    }
}

extension String {
    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
