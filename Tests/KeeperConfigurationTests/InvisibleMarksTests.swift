import Foundation
import KeeperTestKit
import Testing

@testable import KeeperConfiguration

/// What nobody sees in a file or a variable: taken off, or called by its name.
@Suite struct InvisibleMarksTests {
    private static let good = "cluster: 1\n"

    @Test(arguments: [
        Data(good.utf8), Data([0xEF, 0xBB, 0xBF]) + Data(good.utf8),
        Data([0xFF, 0xFE]) + (good.data(using: .utf16LittleEndian) ?? Data()),
        Data([0xFE, 0xFF]) + (good.data(using: .utf16BigEndian) ?? Data()),
    ])
    func file_IsRead_HoweverItsCharactersAreWritten(_ bytes: Data) throws {
        #expect(try InvisibleMarks.text(of: bytes) == Self.good)
    }

    @Test(arguments: [
        (good.data(using: .utf16LittleEndian) ?? Data(), "UTF-16"), (Data([0xFF, 0xFE, 0x41]), "neither"),
        (Data([0xC3, 0x28]), "not UTF-8"), (Data([0xB0, 0xA1]), "not UTF-8"),
    ])
    func file_OfOtherBytes_IsNamed(_ bytes: Data, _ word: String) {
        do {
            _ = try InvisibleMarks.text(of: bytes)
            Issue.record("it was read")
        } catch {
            #expect(error.reason.contains(word))
        }
    }

    @Test(arguments: ["\n", "\r\n", "\r"])
    func yaml_WithAnyLineBreak_AndAByteOrderMark_IsRead(_ lineBreak: String) throws {
        let text = "\u{FEFF}" + Sample().text.replacing("\n", with: lineBreak)
        #expect(try configuration(text).cluster.secret.reveal() == Sample.secret)
    }

    @Test(arguments: [
        ("\u{A0}", "no-break space (U+00A0)"), ("\u{200B}", "zero-width space (U+200B)"),
        ("\u{3000}", "ideographic space (U+3000)"), ("\u{2060}", "word joiner (U+2060)"),
        ("\u{AD}", "soft hyphen (U+00AD)"), ("\u{202E}", "U+202E"), ("\u{2003}", "U+2003"),
    ])
    func markInTheFile_IsNamed_WithItsPlace(_ mark: String, _ name: String) {
        for (written, path) in [("listen: 127.0.0.1:80\(mark)", "node.listen"), ("li\(mark)sten: h:80", "node")] {
            var sample = Sample()
            sample.node = "  \(written)"
            let found = problems(sample.text)
            #expect(found.map(\.keyPath) == [path])
            #expect(found.allSatisfy { $0.found.contains(name) && $0.place == .file("test.yaml", line: 7) }, "\(found)")
        }
    }

    @Test func markInAComment_IsFine() throws {
        var sample = Sample()
        sample.node = "  # a\u{A0}comment\u{200B}"
        #expect(try configuration(sample.text).apps.count == 1)
    }

    @Test func tabThatIndents_IsNamed() {
        var sample = Sample()
        sample.node = "\tlisten: 127.0.0.1:80"
        let found = problems(sample.text)
        #expect(found.count == 1)
        #expect(found.allSatisfy { $0.found.contains("a tab (U+0009)") }, "\(found)")
    }

    @Test(arguments: ["", "\n", "\r\n", "\r", "\n\n"])
    func secret_LosesWhatSurroundsIt(_ end: String) throws {
        let secret = "from-elsewhere-012345"
        let text = "\u{FEFF}" + secret + end
        let file = Sample().text.replacing("{ value: \(Sample.secret) }", with: "{ file: ./s }")
        #expect(try configuration(file, files: ["./s": text]).cluster.secret.reveal() == secret)
        let variable = Sample().text.replacing("{ value: \(Sample.secret) }", with: "{ env: S }")
        #expect(try configuration(variable, variables: ["S": text]).cluster.secret.reveal() == secret)
        let own = ["WXKEEPER_CLUSTER_SECRET": text]
        #expect(try configuration(Sample().text, variables: own).cluster.secret.reveal() == secret)
    }

    @Test(arguments: [
        ("\"abcdefgh-quoted\"", "quotes"), ("'abcdefgh-quoted'", "quotes"), (" abcdefgh", "at its beginning"),
        ("abcdefgh ", "at its end"), ("abcd\u{A0}efgh", "no-break space"), ("abcd\u{200B}efgh", "zero-width space"),
        ("abcd\tefgh", "a tab"), ("abcd\u{FEFF}efgh", "byte-order mark"), ("abcd efgh", "a space"),
        ("abcdé", "not ASCII"), ("abcd\nefgh", "a line break"),
    ])
    func secret_WithAMark_IsRefused_AndNotShown(_ secret: String, _ word: String) throws {
        let file = Sample().text.replacing("{ value: \(Sample.secret) }", with: "{ file: ./s }")
        let variable = Sample().text.replacing("{ value: \(Sample.secret) }", with: "{ env: S }")
        for found in [
            problems(file, files: ["./s": secret]), problems(variable, variables: ["S": secret]),
            problems(Sample().text, variables: ["WXKEEPER_CLUSTER_SECRET": secret]),
        ] {
            #expect(found.count == 1)
            #expect(found.allSatisfy { $0.found.contains(word) && !$0.description.contains("abcd") }, "\(found)")
        }
    }

    @Test(arguments: [("p\n", "line break at its end"), ("\"p\"", "quotes"), ("p\u{200B}", "zero-width space")])
    func markThatAVariableBrings_IsTakenWithAWarning(_ value: String, _ word: String) throws {
        let text = Sample().text.replacing("redis://127.0.0.1:6379", with: "redis://:${P}@h")
        let outcome = try read(text, variables: ["P": value]).get()
        #expect(outcome.configuration.cluster.redis.password?.reveal() == value)
        let warnings = outcome.warnings.filter { $0.keyPath == "cluster.redis" }.map(\.message)
        #expect(warnings.count == 1)
        #expect(warnings.allSatisfy { $0.contains(word) && $0.contains("variable P") }, "\(warnings)")
    }

    @Test(arguments: [
        ("WXKEEPER_REDDIS", "WXKEEPER_REDIS?"), ("WXKEEPER_REDIS_URL", "WXKEEPER_REDIS?"),
        ("WXKEEPER_APP_ID", "WXKEEPER_APPID?"), ("WXKEEPER_SECRET", "_SECRET?"),
        ("wxkeeper_listen", "WXKEEPER_LISTEN?"),
        ("WXKEEPER_NODEID", "WXKEEPER_NODE_ID?"), ("WXKEEPER_ZZZZZZ", "docs/configuration.md"),
    ])
    func variableThatNobodyReads_IsAWarning_WithASuggestion(_ name: String, _ hint: String) {
        let log = ProblemLog()
        UnknownVariables.warn(of: [name, "PATH", "REDIS"], asked: [], in: log)
        #expect(log.warnings.count == 1)
        #expect(log.warnings.allSatisfy { $0.description.contains(name) && $0.description.contains(hint) })
    }

    @Test func variablesThatAreRead_OrSetByKubernetes_AreNoWarning() {
        let log = ProblemLog()
        let names =
            EnvironmentVariable.allCases.map(\.rawValue) + [
                "WXKEEPER_URL", "WXKEEPER_KEY", "WXKEEPER_PORT", "WXKEEPER_PORT_2130_TCP_ADDR", "WXKEEPER_SERVICE_HOST",
                "WXKEEPER_MY_PASSWORD",
            ]
        UnknownVariables.warn(of: names, asked: ["WXKEEPER_MY_PASSWORD"], in: log)
        #expect(log.warnings == [])
    }
}
