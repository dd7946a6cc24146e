internal import Yams

/// Turns the text of a file into a `ConfigurationValue`: the only place that knows of YAML.
struct YAMLDocument {
    let file: String
    let environment: (String) -> String?
    let log: ProblemLog

    /// The root of the document; an empty document is nothing.
    ///
    /// Nil if `text` is not YAML, which is then in the log.
    func read(_ text: String) -> ConfigurationValue? {
        do {
            // UTF-8 by name: the default would ask an environment variable of Yams's own.
            let parser = try Yams.Parser(yaml: text, encoding: .utf8)
            // Nodes refer weakly to their anchors, which the parser holds.
            return try withExtendedLifetime(parser) {
                guard let root = try parser.singleRoot() else {
                    return ConfigurationValue(content: .nothing, place: place(of: nil))
                }
                return value(of: root, at: "", depth: 0)
            }
        } catch {
            let (line, reason) = Self.explain(error)
            let mark = line.flatMap { Self.mark(in: text, line: $0) }
            log.add(
                "",
                at: .file(file, line: line),
                found: reason + (mark.map { "; the line has \($0)" } ?? ""),
                allowed: mark == nil ? "one YAML document" : "one YAML document, indented by plain spaces"
            )
            return nil
        }
    }

    private func value(of node: Yams.Node, at path: String, depth: Int) -> ConfigurationValue {
        let place = place(of: node)
        // An alias can only point to an anchor before it, so refusing anchors refuses both, and with them
        // documents that grow without end when they are walked.
        guard node.anchor == nil else {
            return refuse(path, place, found: "an anchor or an alias", allowed: "the value itself")
        }
        guard depth < ConfigurationLimit.nestingDepth else {
            return refuse(path, place, found: "deep nesting", allowed: "\(ConfigurationLimit.nestingDepth) levels")
        }
        switch node {
        case .scalar(let scalar):
            return self.value(of: scalar, at: path, place)
        case .sequence(let sequence):
            let items = sequence.enumerated().map { value(of: $1, at: "\(path)[\($0)]", depth: depth + 1) }
            return ConfigurationValue(content: .list(items), place: place)
        case .mapping(let mapping):
            let entries = mapping.compactMap { key, value in entry(key, value, in: path, depth: depth) }
            return ConfigurationValue(content: .mapping(entries), place: place)
        case .alias:
            return refuse(path, place, found: "an alias", allowed: "the value itself")
        }
    }

    private func entry(_ key: Yams.Node, _ node: Yams.Node, in path: String, depth: Int) -> ConfigurationValue.Entry? {
        guard let name = key.scalar?.string, key.anchor == nil else {
            _ = refuse(path, place(of: key), found: "a key that is not a plain word", allowed: "the names of keys")
            return nil
        }
        if let mark = InvisibleMarks.first(in: name) {
            _ = refuse(path, place(of: key), found: "a key with \(mark)", allowed: "the names of keys")
            return nil
        }
        let value = value(of: node, at: path.isEmpty ? name : "\(path).\(name)", depth: depth + 1)
        return ConfigurationValue.Entry(key: name, place: place(of: key), value: value)
    }

    private func value(
        of scalar: Yams.Node.Scalar,
        at path: String,
        _ place: ConfigurationProblem.Place
    ) -> ConfigurationValue {
        let written = scalar.string
        if scalar.style == .plain, ["", "~", "null", "Null", "NULL"].contains(written) {
            return ConfigurationValue(content: .nothing, place: place)
        }
        do {
            // The name of an app is for people, who may write what they like.
            if !path.hasSuffix("].name"), let mark = InvisibleMarks.first(in: written) {
                return refuse(path, place, found: "a value with \(mark)", allowed: "characters that can be seen")
            }
            let pieces = try Substitution.pieces(of: written, environment: environment)
            tellMarks(in: pieces, at: path)
            let text = pieces.map(\.text).joined()
            return ConfigurationValue(
                content: .text(text),
                place: place,
                written: written,
                urlText: URLSubstitution.join(pieces)
            )
        } catch {
            switch error {
            case .malformed:
                let found = #""${" without a name and "}""#
                return refuse(path, place, found: found, allowed: "${NAME}, or $${ for a plain ${")
            case .unset(let name):
                let found = "the unset variable \(VariableName.shown(name))"
                return refuse(path, place, found: found, allowed: "${NAME} of a variable that is set")
            }
        }
    }

    /// What variables bring is taken as it is; but nobody sees such marks, and few mean them.
    private func tellMarks(in pieces: [Substitution.Piece], at path: String) {
        for piece in pieces {
            guard let variable = piece.variable,
                let mark = InvisibleMarks.ends(of: piece.text) ?? InvisibleMarks.first(in: piece.text)
            else { continue }
            log.warn(path, "the variable \(VariableName.shown(variable)) has \(mark)")
        }
    }

    /// A tab or a mark in a line that was not understood.
    private static func mark(in text: String, line: Int) -> String? {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        return lines.indices.contains(line - 1) ? InvisibleMarks.first(in: String(lines[line - 1])) : nil
    }

    /// Reports a value that cannot be used and stands in for it, so that reading goes on and finds the other mistakes.
    private func refuse(
        _ path: String,
        _ place: ConfigurationProblem.Place,
        found: String,
        allowed: String
    ) -> ConfigurationValue {
        log.add(path, at: place, found: found, allowed: allowed)
        return ConfigurationValue(content: .nothing, place: place, written: ConfigurationValue.refusedMark)
    }

    private func place(of node: Yams.Node?) -> ConfigurationProblem.Place {
        .file(file, line: node == nil ? 1 : node?.mark?.line)
    }

    /// The line and the reason.
    ///
    /// Yams's own description quotes the line, which may hold a secret.
    private static func explain(_ error: any Error) -> (line: Int?, reason: String) {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            (mark.line, "a mistake in the YAML: \(problem)")
        case .duplicatedKeysInMapping(let duplicates, let context):
            (context.mark.line, "more than one key \(duplicates.sorted().joined(separator: ", "))")
        case .reader(let problem, _, _, _):
            (nil, "a mistake in the YAML: \(problem)")
        default:
            (nil, "a mistake in the YAML")
        }
    }
}

extension ConfigurationValue {
    /// Marks a value whose mistake has been told, so that it is not told again as a missing one.
    static let refusedMark = "\u{0}refused"

    /// Whether the value was written but could not be used; the log already says why.
    var isRefused: Bool { isNothing && written == Self.refusedMark }
}

/// What may be shown of a name that the configuration gives to a variable.
enum VariableName {
    /// The name if it is all capitals, as variables are; else a placeholder, since somebody may have put the secret
    /// itself where the name belongs.
    static func shown(_ name: String) -> String {
        let isCapitals = name.allSatisfy { ("A"..."Z").contains($0) || ("0"..."9").contains($0) || $0 == "_" }
        return isCapitals && name.count <= 64 ? name : "named here"
    }
}
