import ArgumentParser
import ClusterObservation
import Foundation
import KeeperConfiguration
import LocalCluster
import Testing

@testable import wxkeeper

/// Which node the commands ask, as whom, and what they say of its answers.
@Suite struct NodeOptionsTests {
    @Test func textFromAfar_CannotDriveTheTerminal() {
        #expect(Console.harmless("a\u{1B}[2Jb\r\nc") == "a?[2Jb?\nc")
    }

    @Test func key_IsReadFromItsFile_ElseFromTheVariable() async throws {
        try await Folder.with { folder in
            let path = try folder.write("wxk_from-the-file\n", to: "key")
            let variables = ["WXKEEPER_KEY": "wxk_from-the-variable"]
            let options = try NodeOptions.parse(["--key-file", path])
            #expect(try options.key(variables).reveal() == "wxk_from-the-file")
            #expect(try NodeOptions.parse([]).key(variables).reveal() == "wxk_from-the-variable")
            #expect(throws: CommandFailure.self) { try NodeOptions.parse([]).key([:]) }
        }
    }

    @Test(arguments: ["", "\n", "\r\n", "\r", "\n\n"])
    func key_LosesWhatSurroundsIt(_ end: String) throws {
        let text = "\u{FEFF}from-elsewhere-012345" + end
        #expect(try NodeOptions.parse([]).key(["WXKEEPER_KEY": text]).reveal() == "from-elsewhere-012345")
    }

    @Test(arguments: [
        ("\"abcdefgh-quoted\"", "quotes"), (" abcdefgh", "at its beginning"), ("abcd\u{200B}efgh", "zero-width space"),
        ("abcd efgh", "a space"), ("abcdé", "not ASCII"), ("abcd\nefgh", "a line break"),
    ])
    func key_WithAMark_IsRefused_AndNotShown(_ key: String, _ word: String) throws {
        let options = try NodeOptions.parse([])
        let failure = #expect(throws: CommandFailure.self) { try options.key(["WXKEEPER_KEY": key]) }
        #expect(failure?.message.contains(word) == true && failure?.message.contains("abcd") == false)
    }

    @Test func refusedToken_IsOneWord() throws {
        #expect(try RefreshCommand.token(from: Data("T0\n".utf8)).reveal() == "T0")
        for text in ["", "\n", "T0 T1", String(repeating: "x", count: 9000)] {
            #expect(throws: CommandFailure.self) { try RefreshCommand.token(from: Data(text.utf8)) }
        }
    }

    @Test(arguments: [(InquiryFailure.Reason.misused, Int32(64)), (.unreachable, 69), (.failed, 1)])
    func inquiryThatCameToNothing_EndsWithTheNumberOfItsReason(_ reason: InquiryFailure.Reason, _ number: Int32) {
        let failure = CommandFailure(InquiryFailure(reason: reason, message: "m", answered: 503))
        #expect(failure?.status.rawValue == number && failure?.message == "m")
    }
}
