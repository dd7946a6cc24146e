internal import ArgumentParser
internal import Foundation

/// Counts the instructions and allocations of a read, which are the same on every day.
struct CountsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "counts",
        abstract: "Instructions and allocations of a read, counted by valgrind.",
        discussion: """
            Needs valgrind, which deploy/counts.sh installs. Ends with 1 if a read costs more than the thresholds say.
            """)

    @Option(help: "How many reads are counted at once.")
    var reads = 40

    @Option(help: "The file of the thresholds; without one nothing is judged.")
    var thresholds: String?

    func validate() throws {
        guard (1...1_000_000).contains(reads) else { throw ValidationError("--reads is from 1 to 1000000") }
    }

    func run() async throws {
        let thresholds = try thresholds.map { try CountThresholds(String(contentsOfFile: $0, encoding: .utf8)) }
        let counts = try await CountedNode.with { node in
            var counts: [ReadKind: ReadCounts] = [:]
            for kind in ReadKind.allCases { counts[kind] = try await node.counts(of: reads, kind.path) }
            return counts
        }
        var isOver = false
        for kind in ReadKind.allCases {
            guard let found = counts[kind] else { continue }
            print("\(kind.rawValue): \(found.words)")
            guard let most = thresholds?.most[kind] else { continue }
            print("    at most \(most.words)")
            isOver = isOver || !most.allow(found)
        }
        guard isOver else { return }
        print(
            """

            A read costs more than it may. Look at what the change adds to the way of a read, and take it out of there. \
            If it must be there, say why in the commit and raise the figure in \(self.thresholds ?? "the file").
            """)
        throw ExitCode(1)
    }
}

/// The two ways a read is answered.
enum ReadKind: String, CaseIterable, Sendable {
    /// Byte for byte as one that was answered before.
    case repeated
    /// Unlike any before.
    case new

    /// What the read with this number asks.
    fileprivate var path: @Sendable (Int) -> String {
        let path = "/token?appid=\(ReadScene.firstApp)"
        return switch self {
        case .repeated: { _ in path }
        case .new: { "\(path)&number=\(1_000_000 + $0)" }
        }
    }
}

extension ReadCounts {
    /// For people.
    fileprivate var words: String {
        "\(instructions.rounded(to: 0)) instructions, \(allocations.rounded(to: 2)) allocations"
    }
}
