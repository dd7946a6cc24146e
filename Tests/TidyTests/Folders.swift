/// The arrows between the folders of one room: whose types a folder may name.
///
/// A type belongs to the folder in which a file declares it, outside of every other type. A folder names it where its
/// name stands in the folder's code: not behind a dot, for there it is a member of something else, and not where the
/// folder has a type of that name itself, if only within another.
enum Folders {
    /// By room, then by folder.
    ///
    /// No arrows may lead in a circle. A file that stands in no folder belongs to the folder "".
    static let arrows: [String: [String: Set<String>]] = [
        "KeeperCore": [
            "Identity": [],
            "Time": [],
            "Protocol": ["Identity", "Time"],
            "Lease": ["Protocol", "Identity", "Time"],
            "Credential": ["Protocol", "Identity", "Time"],
            "Node": ["Lease", "Credential", "Protocol", "Identity", "Time"],
        ],
        "KeeperHTTP": [
            "Answers": [],
            "Server": ["Answers"],
            "Access": ["Server", "Answers"],
            "Nodes": ["Server", "Answers"],
            "Reads": ["Access", "Server", "Answers"],
            "DropIn": ["Reads", "Server", "Answers"],
            "Status": [],
            "Alarms": ["Status"],
            "Endpoints": ["Reads", "Access", "Nodes", "DropIn", "Status", "Server", "Answers"],
            "Routes": ["Endpoints", "Reads", "Access", "Nodes", "DropIn", "Server", "Answers"],
        ],
    ]

    /// Where a folder names what it may not see, and folders nobody has drawn an arrow for.
    static func strayNames(in files: [SourceFile], arrows: [String: [String: Set<String>]] = arrows) -> [Finding] {
        arrows.keys.sorted().flatMap { room in
            strayNames(in: files.filter { $0.folder == "Sources" && $0.room == room }, arrows[room] ?? [:])
        }
    }

    private static func strayNames(in room: [SourceFile], _ arrows: [String: Set<String>]) -> [Finding] {
        var homes: [String: Set<String>] = [:]
        var own: [String: Set<String>] = [:]
        for file in room {
            for type in file.types {
                own[file.subfolder, default: []].insert(type.name)
                if type.isTopLevel, !type.isPrivate { homes[type.name, default: []].insert(file.subfolder) }
            }
        }
        return room.flatMap { file -> [Finding] in
            guard let seen = arrows[file.subfolder] else {
                return [Finding(file, line: 0, "a folder without arrows: \(file.room)/\(file.subfolder)")]
            }
            return file.code.indices.flatMap { index in
                typeNames(in: file.code[index]).compactMap { name in
                    guard let home = homes[name], !(own[file.subfolder]?.contains(name) ?? false) else { return nil }
                    // Of several that have such a type it may be the one that is seen.
                    guard home.isDisjoint(with: seen) else { return nil }
                    let place = home.sorted().joined(separator: ", ")
                    return Finding(file, line: index, "\(file.subfolder) may not see \(place): `\(name)`")
                }
            }
        }
    }

    /// Folders whose arrows lead back to them, in one room.
    static func circles(in arrows: [String: Set<String>]) -> Set<String> {
        var left = arrows
        while let free = left.first(where: { $0.value.isDisjoint(with: left.keys) })?.key { left[free] = nil }
        return Set(left.keys)
    }

    /// The words of a line that may name a type and stand behind no dot.
    private static func typeNames(in line: String) -> [String] {
        let words = line.split { !$0.isPartOfName }
        return words.filter { $0.first?.isUppercase ?? false && line[..<$0.startIndex].last != "." }.map(String.init)
    }
}
