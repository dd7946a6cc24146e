import Foundation
import Testing

extension Cluster {
    /// Neither a log nor an argument list of any process holds a secret, a key or a token.
    func auditSecrecy() {
        let secrets = self.secrets.all + plan.apps.map(\.secret)
        for node in nodes {
            let arguments = (try? ProcessTable.arguments(of: node.process.processID)) ?? ""
            for line in (node.log + arguments).split(separator: "\n") {
                for secret in secrets where line.contains(secret) {
                    Issue.record("\(node.name) tells a secret (\(secret.prefix(5))…)")
                }
                // Tokens have at least 136 characters; nothing else a node says has half as many in one word.
                if let word = line.split(whereSeparator: { !$0.isPartOfToken }).first(where: { $0.count > 64 }) {
                    Issue.record("\(node.name) tells what may be a token: \(word)")
                }
            }
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
