import Foundation
import Testing

/// The transcripts in `docs/transcripts` against the program.
///
/// `WXKEEPER_RECORD=1 swift test --filter '^TranscriptTests\.'` writes them anew; then read what has changed.
@Suite struct TranscriptTests {
    private static let isRecording = ProcessInfo.processInfo.environment["WXKEEPER_RECORD"] != nil

    @Test(arguments: Transcript.all) func transcript_IsWhatTheProgramDoes(transcript: Transcript) throws {
        let text = transcript.text
        if Self.isRecording { try Data(text.utf8).write(to: transcript.file) }
        let written = try? String(contentsOf: transcript.file, encoding: .utf8)
        let difference = Self.firstDifference(of: written ?? "", from: text)
        let message = difference.map { difference in
            "line \(difference.line) of \(transcript.name).txt: \(difference.written)\nbut now: \(difference.happens)"
        }
        #expect(message == nil)
    }

    @Test func everyFile_HasItsScene_AndIsNamedInTheReadme() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Transcript.folder.path())
        let texts = files.filter { $0.hasSuffix(".txt") }
        #expect(Set(texts) == Set(Transcript.all.map { "\($0.name).txt" }))
        let readme = try String(contentsOf: Transcript.folder.appending(path: "README.md"), encoding: .utf8)
        for transcript in Transcript.all {
            #expect(readme.contains("[\(transcript.title)](\(transcript.name).txt)"), "\(transcript.name)")
        }
    }

    /// The first line that is not the same, as it is written and as it happens.
    static func firstDifference(of written: String, from text: String) -> (line: Int, written: String, happens: String)?
    {
        let before = written.split(separator: "\n", omittingEmptySubsequences: false)
        let after = text.split(separator: "\n", omittingEmptySubsequences: false)
        for index in 0..<max(before.count, after.count) {
            let (left, right) = (index < before.count ? before[index] : "", index < after.count ? after[index] : "")
            if left != right || index >= before.count || index >= after.count {
                return (index + 1, String(left), String(right))
            }
        }
        return nil
    }
}
