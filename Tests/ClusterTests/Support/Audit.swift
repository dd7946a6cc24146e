import Foundation
import LocalCluster
import Testing

/// Looks for what must never be told.
enum Audit {
    /// WeChat's tokens have at least 136 characters; nothing else that we say has half as many in one word.
    static let longestWord = 64

    /// The words of `text` that hold a secret or are as long as a token.
    static func findings(in text: String, hiding secrets: [String]) -> [String] {
        text.split(whereSeparator: \.isWhitespace).map(String.init).filter { word in
            secrets.contains { word.contains($0) }
                || word.split { !$0.isPartOfToken }.contains { $0.count > longestWord }
        }
    }
}

extension Cluster {
    /// Neither a log nor an argument list of any process holds a secret, a key or a token.
    func auditSecrecy() throws {
        let secrets = self.secrets.all + plan.apps.map(\.secret)
        for node in nodes {
            let arguments = ProcessTable.arguments(of: try node.process.processID)
            #expect(Audit.findings(in: node.log + arguments, hiding: secrets) == [], "told by node \(node.name)")
        }
    }

    /// What the nodes said, for whoever has to find out what went wrong.
    func tellLogs() {
        for node in nodes {
            let lines = node.log.split(separator: "\n").suffix(40).joined(separator: "\n")
            print("--- node \(node.name), its last lines ---\n\(lines)")
        }
    }
}

extension Character {
    fileprivate var isPartOfToken: Bool { isASCII && (isLetter || isNumber || self == "_" || self == "-") }
}
