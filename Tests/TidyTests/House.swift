/// The arrows between the rooms, and the checks that look at more than one file.
enum House {
    /// Which of our own rooms a room may import.
    ///
    /// The program may import all.
    static let arrows: [String: Set<String>] = [
        "KeeperCore": [],
        "RedisClient": ["CHiredis", "CScheduling"],
        "CurlClient": ["CCurl"],
        "KeeperPorts": ["KeeperCore"],
        "KeeperNode": ["KeeperPorts", "KeeperCore"],
        "KeeperHTTP": ["KeeperPorts", "KeeperCore", "CurlClient"],
        "RedisStores": ["KeeperPorts", "KeeperCore", "RedisClient"],
        "WeChatAPI": ["KeeperPorts", "KeeperCore", "CurlClient"],
        "KeeperConfiguration": ["KeeperHTTP", "KeeperPorts", "KeeperCore", "CurlClient"],
        "WeChatSimulator": [],
        "ClusterObservation": [],
        "LocalCluster": ["ClusterObservation", "WeChatSimulator"],
        "ClusterDrill": ["LocalCluster", "ClusterObservation", "WeChatSimulator"],
        "ClusterSimulation": ["KeeperCore"],
        "cluster-simulation": ["ClusterSimulation", "KeeperCore"],
        "cluster-benchmark": ["ClusterObservation", "LocalCluster", "RedisClient", "WeChatSimulator"],
    ]

    /// Rooms that import nothing of others' making either.
    static let pure: Set = ["KeeperCore", "KeeperPorts", "ClusterSimulation"]

    /// Our own modules.
    static let rooms = Set(arrows.keys).union(["CHiredis", "CCurl", "CMemory", "CScheduling", "wxkeeper"])

    static func imports(of file: SourceFile) -> [(line: Int, module: String)] {
        file.code.enumerated().compactMap { index, line in
            var words = line.split { $0 == " " || $0 == "(" || $0 == ")" }.map(String.init)
            guard let at = words.firstIndex(of: "import"), words[..<at].allSatisfy(isImportModifier) else {
                return nil
            }
            words.removeFirst(at + 1)
            let kinds: Set = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
            let path = words.first.map { kinds.contains($0) ? words.dropFirst().first : words.first } ?? nil
            return path.map { (index, String($0.prefix { $0 != "." })) }
        }
    }

    private static func isImportModifier(_ word: String) -> Bool {
        ["public", "package", "internal", "fileprivate", "private"].contains(word) || word.hasPrefix("@")
    }

    /// Imports against the arrows.
    static func strayImports(_ file: SourceFile) -> [Finding] {
        guard file.folder == "Sources", let allowed = arrows[file.room] else { return [] }
        return imports(of: file).compactMap { index, module in
            if rooms.contains(module) {
                guard !allowed.contains(module) else { return nil }
                return Finding(file, line: index, "\(file.room) may not see \(module)")
            }
            guard pure.contains(file.room) else { return nil }
            return Finding(file, line: index, "\(file.room) imports nothing but our own rooms, and \(module) is none")
        }
    }

    /// Dependencies in the package's description against the arrows, and rooms nobody has drawn an arrow for.
    static func strayDependencies(package: SourceFile) -> [Finding] {
        package.lines.indices.flatMap { index -> [Finding] in
            let line = package.lines[index].drop { $0 == " " }
            guard line.hasPrefix("room(\"") else { return [] }
            let names = line.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
                .filter { $0.offset % 2 == 1 }.map { String($0.element) }
            guard let room = names.first, let allowed = arrows[room] else {
                return [Finding(package, line: index, "a room that is not in the house: \(names.first ?? "?")")]
            }
            return names.dropFirst().filter { rooms.contains($0) && !allowed.contains($0) }.map {
                Finding(package, line: index, "\(room) may not depend on \($0)")
            }
        }
    }

    /// Files that nobody uses: neither the file's name nor one of its types occurs in another file; for a file of
    /// extensions alone, none of the names it adds.
    static func unusedFiles(_ files: [SourceFile], by tests: [SourceFile] = []) -> [Finding] {
        var filesWithWord: [String: Int] = [:]
        for file in files + tests { for word in file.words { filesWithWord[word, default: 0] += 1 } }
        return files.compactMap { file in
            let kinds = ["struct", "class", "enum", "actor", "protocol", "typealias"]
            var types = kinds.flatMap { file.names(after: $0) }
            if types.isEmpty { types = ["func", "let", "var"].flatMap { file.names(after: $0) } }
            let isProgram = file.code.contains { $0.contains("@main") }
            let hasCode = file.code.contains { $0.contains { $0 != " " } }
            guard hasCode, !isProgram else { return nil }
            let own = file.words
            let isUsed = (types + [file.baseName]).contains { name in
                filesWithWord[name, default: 0] > (own.contains(name) ? 1 : 0)
            }
            return isUsed ? nil : Finding(file, line: 0, "nothing uses this file")
        }
    }
}
