/// A Markdown page: where it leads, and what it can be led to.
struct Page: Sendable {
    /// Relative to the repository, as in `docs/api.md`.
    let path: String
    let text: String

    /// The text without fenced code, whose marks are none.
    private var prose: [(line: Int, text: String)] {
        var isFenced = false
        return text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { index, line in
            guard !line.drop(while: { $0 == " " }).hasPrefix("```") else {
                isFenced.toggle()
                return nil
            }
            return isFenced ? nil : (index + 1, String(line))
        }
    }

    /// Every link to a file or a heading of this repository.
    var links: [(line: Int, target: String)] {
        prose.flatMap { line, text in
            Self.withoutCode(text).matches(of: /\]\(([^()\s]+)\)/).map { (line, String($0.1)) }
        }
        .filter { !$0.target.contains("://") && !$0.target.hasPrefix("mailto:") }
    }

    /// What stands between backticks is shown, not followed.
    ///
    /// What a link shows may be code, though: only the text is blanked, the target stays.
    private static func withoutCode(_ text: String) -> String { text.replacing(/`[^`]*`/, with: "code") }

    /// The names by which its headings can be led to, as GitHub makes them.
    var anchors: Set<String> {
        var used: [String: Int] = [:]
        return Set(
            prose.compactMap { _, text in
                guard text.hasPrefix("#") else { return nil }
                let title = text.drop { $0 == "#" }.drop { $0 == " " }
                let plain = title.replacing(/\[([^\]]*)\]\([^)]*\)/) { $0.1 }
                let name = String(
                    plain.lowercased().compactMap { character in
                        character == " " ? "-" : character.isPartOfName || character == "-" ? character : nil
                    })
                used[name, default: 0] += 1
                return used[name] == 1 ? name : "\(name)-\((used[name] ?? 1) - 1)"
            })
    }

    /// What a link means, seen from this page: a path within the repository, and a heading there.
    func resolve(_ target: String) -> (path: String, anchor: String?) {
        let parts = target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let anchor = parts.count > 1 ? parts[1] : nil
        guard !parts[0].isEmpty else { return (path, anchor) }
        var folders = path.split(separator: "/").dropLast().map(String.init)
        for part in parts[0].split(separator: "/") where part != "." {
            if part != ".." { folders.append(String(part)) } else if !folders.isEmpty { folders.removeLast() }
        }
        return (folders.joined(separator: "/"), anchor)
    }

    /// Links that lead nowhere.
    /// - Parameter exists: whether there is such a file or folder.
    static func deadLinks(_ pages: [Page], exists: (String) -> Bool) -> [String] {
        let anchors = Dictionary(pages.map { ($0.path, $0.anchors) }, uniquingKeysWith: { first, _ in first })
        return pages.flatMap { page in
            page.links.compactMap { line, target in
                let (path, anchor) = page.resolve(target)
                guard exists(path) else { return "\(page.path):\(line): there is no \(target)" }
                guard let anchor, let known = anchors[path], !known.contains(anchor) else { return nil }
                return "\(page.path):\(line): \(path) has no heading #\(anchor)"
            }
        }
    }
}
