internal import Synchronization

/// Who led, who followed and who was silent, as the nodes themselves said it.
package final class LeaderWatch: Sendable {
    /// What a node says of itself.
    package enum Word: String, Sendable {
        case leads, follows
        /// It says nothing: it is dead, frozen or not started.
        case silent
    }

    /// A node said something else than before.
    package struct Change: Sendable, Equatable {
        package let node: String
        package let word: Word
        package let at: ContinuousClock.Instant

        package init(node: String, word: Word, at: ContinuousClock.Instant) {
            self.node = node
            self.word = word
            self.at = at
        }
    }

    /// How often each node is asked; what happens between two questions is not seen.
    private static let period = Duration.milliseconds(20)
    /// A node that takes longer is silent.
    private static let patience = Duration.milliseconds(400)

    private let record = Mutex<[Change]>([])

    package init() {}

    package var changes: [Change] { record.withLock(\.self) }

    /// What each node said last.
    package var words: [String: Word] { Dictionary(changes.map { ($0.node, $0.word) }, uniquingKeysWith: { $1 }) }

    /// Those who said last that they lead.
    package var leaders: [String] { words.filter { $0.value == .leads }.keys.sorted() }

    /// Writes down what a node says, if it is news.
    package func note(_ node: String, _ word: Word, at instant: ContinuousClock.Instant = .now) {
        record.withLock { changes in
            guard changes.last(where: { $0.node == node })?.word != word else { return }
            changes.append(Change(node: node, word: word, at: instant))
        }
    }

    /// A node as it is found by whoever watches it.
    package struct Node: Sendable {
        package let name: String
        package let host: String
        package let port: Int

        package init(name: String, host: String, port: Int) {
            self.name = name
            self.host = host
            self.port = port
        }
    }

    /// Asks every one of `nodes` until this task is cancelled.
    package func run(on nodes: [Node]) async {
        await withDiscardingTaskGroup { group in
            for node in nodes { group.addTask { await self.watch(node) } }
        }
    }

    private func watch(_ node: Node) async {
        while !Task.isCancelled {
            do {
                try await Connection.open(to: node.port, on: node.host) { connection in
                    var answer: Answer
                    repeat {
                        answer = try await connection.ask(.get("/leader"), within: Self.patience)
                        note(node.name, answer.status == 200 ? .leads : .follows)
                        try await letPass(Self.period)
                    } while !answer.isLast
                }
            } catch {
                guard !Task.isCancelled else { return }
                note(node.name, .silent)
                // Cancelled: the loop's condition ends it.
                try? await letPass(Self.period)
            }
        }
    }
}
