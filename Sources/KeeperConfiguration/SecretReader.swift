internal import CurlClient
internal import KeeperHTTP

/// Why the file of a secret could not be read, in words that may be shown.
package struct SecretFileFailure: Error, Equatable {
    package var reason: String
}

/// Reads secrets: each is given as `value`, as `file` or as `env`, and none ever reaches an error.
package struct SecretReader {
    let environment: (String) -> String?
    let readFile: (String) throws(SecretFileFailure) -> String
    let log: ProblemLog

    private static let sources = ["value", "file", "env"]

    /// A secret to be kept, such as an AppSecret.
    ///
    /// Nil if there is none to be had; the log says why.
    func secret(_ key: String, in section: ConfigurationSection) -> Secret? {
        guard let given = source(key, in: section, among: Self.sources) else { return nil }
        guard let text = text(from: given.source, in: given.section) else { return nil }
        if text.count < ConfigurationLimit.adviseSecretCharacters {
            let advice = "shorter than \(ConfigurationLimit.adviseSecretCharacters) characters; it can be guessed"
            log.warn(section.path(of: key), advice)
        }
        return Secret(text)
    }

    /// A URL that is a secret as a whole.
    func url(_ key: String, in section: ConfigurationSection) -> Secret? {
        guard let given = source(key, in: section, among: Self.sources),
            let text = text(from: given.source, in: given.section, asURL: true)
        else { return nil }
        guard let url = try? RequestURL(text) else {
            let found = "a secret (not shown) that is no such URL"
            given.section.add(given.source, found: found, allowed: "https://host[:port][/path][?query], or http://")
            return nil
        }
        if url.scheme == .http, !HostPort(host: url.host, port: 80).isLoopback {
            log.warn(section.path(of: key), "http:// shows the URL to everybody on the way")
        }
        return Secret(text)
    }

    /// A client's key, of which only the digest is kept.
    func keyDigest(_ key: String, in section: ConfigurationSection) -> KeyDigest? {
        guard let given = source(key, in: section, among: Self.sources + ["sha256"]) else { return nil }
        if given.source == "sha256" {
            let digest = given.section.value("sha256")?.text.flatMap(KeyDigest.init(hexadecimal:))
            if digest == nil {
                let allowed = "the 64 hexadecimal digits that `wxkeeper keygen` prints"
                given.section.add("sha256", found: "something else", allowed: allowed)
            }
            return digest
        }
        return text(from: given.source, in: given.section).map(KeyDigest.init(of:))
    }

    /// The one way in which the secret under `key` is given.
    private func source(
        _ key: String,
        in parent: ConfigurationSection,
        among sources: [String]
    ) -> (source: String, section: ConfigurationSection)? {
        let ways = sources.map { "{ \($0): … }" }.joined(separator: ", ")
        guard let value = parent.value(key) else {
            parent.addMissing(key, allowed: "one of \(ways)")
            return nil
        }
        guard value.text == nil else {
            parent.add(key, found: "a plain value (not shown)", allowed: "one of \(ways)")
            return nil
        }
        let section = parent.section(key, known: sources)
        guard case .mapping(let entries) = value.content else { return nil }
        let given = entries.filter { sources.contains($0.key) && !$0.value.isNothing }
        guard given.count == 1, let only = given.first else {
            // An unknown key or a refused value has been told already, and is surely what was meant.
            if !given.isEmpty || entries.allSatisfy({ sources.contains($0.key) && !$0.value.isRefused }) {
                let found = given.isEmpty ? "nothing" : given.map(\.key).joined(separator: " and ")
                parent.add(key, found: found, allowed: "exactly one of \(ways)")
            }
            return nil
        }
        return (only.key, section)
    }

    /// - Parameter isURL: whether what variables bring into a `value` is encoded.
    private func text(from source: String, in section: ConfigurationSection, asURL isURL: Bool = false) -> String? {
        let value = section.value(source)
        guard let given = isURL && source == "value" ? value?.url : value?.text else {
            section.add(source, found: "a list or a mapping", allowed: "a plain value")
            return nil
        }
        let secret: String?
        switch source {
        case "file": secret = contents(ofFile: given, in: section)
        case "env": secret = contents(ofVariable: given, in: section)
        default: secret = given
        }
        guard let secret else { return nil }
        if let complaint = Self.complaint(about: secret) {
            let allowed = "1 to \(ConfigurationLimit.secretCharacters) printable ASCII characters without a space"
            section.add(source, found: complaint, allowed: allowed)
            return nil
        }
        return secret
    }

    private func contents(ofFile path: String, in section: ConfigurationSection) -> String? {
        do {
            // Editors and `echo` end a file with a line break, which is no part of the secret.
            return InvisibleMarks.trimmed(try readFile(path))
        } catch {
            // A path without a slash may be the secret itself, written in the wrong place.
            let name = path.contains("/") && path.count <= 200 ? ConfigurationValue.quoted(path) : "the file"
            section.add("file", found: "\(name): \(error.reason)", allowed: "a file that this user can read")
            return nil
        }
    }

    private func contents(ofVariable name: String, in section: ConfigurationSection) -> String? {
        if Substitution.isName(name), let text = environment(name) { return InvisibleMarks.trimmed(text) }
        section.add("env", found: "the unset variable \(VariableName.shown(name))", allowed: "a variable that is set")
        return nil
    }

    /// What is wrong with a secret, in words that give nothing of it away.
    package static func complaint(about secret: String) -> String? {
        if secret.isEmpty { return "an empty secret" }
        if secret.utf8.count > ConfigurationLimit.secretCharacters { return "a secret of \(secret.utf8.count) bytes" }
        if let mark = InvisibleMarks.ends(of: secret) { return "a secret with \(mark)" }
        if let mark = InvisibleMarks.first(in: secret) { return "a secret with \(mark)" }
        if !secret.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) {
            return "a secret with a space or a character that is not ASCII"
        }
        return nil
    }
}
