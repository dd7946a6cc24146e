/// What a read may cost at most, as it stands in a file: `new 9000 2` are so many instructions and allocations.
struct CountThresholds: Sendable {
    let most: [ReadKind: ReadCounts]

    /// Reads the file; what begins with # is for people.
    init(_ text: String) throws {
        var most: [ReadKind: ReadCounts] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let words = line.split(separator: " ")
            guard words.count == 3, let kind = ReadKind(rawValue: String(words[0])),
                let instructions = Double(words[1]), let allocations = Double(words[2])
            else { throw NotMeasured("this is no threshold: \(line)") }
            most[kind] = ReadCounts(instructions: instructions, allocations: allocations)
        }
        guard most.count == ReadKind.allCases.count else { throw NotMeasured("not every kind of read has a threshold") }
        self.most = most
    }
}

extension ReadCounts {
    /// Whether it is not less than `found`.
    func allow(_ found: ReadCounts) -> Bool {
        found.instructions <= instructions && found.allocations <= allocations
    }
}
