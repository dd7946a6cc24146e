/// Reads the keys of one mapping, and reports the keys that nobody knows.
///
/// A reader that finds a mistake logs it and returns something harmless, so that the rest is still read;
/// a configuration made of such values is never handed out.
struct ConfigurationSection {
    let path: String
    let place: ConfigurationProblem.Place
    let log: ProblemLog
    private let value: ConfigurationValue
    /// Whether the section could not be read at all; its keys are then not reported as missing.
    private let isUnreadable: Bool

    /// - Parameter known: every key this section may have. Another one is a mistake.
    init(_ value: ConfigurationValue, at path: String, known: [String], log: ProblemLog) {
        self.path = path
        self.place = value.place
        self.log = log
        self.value = value
        switch value.content {
        case .mapping(let entries):
            isUnreadable = false
            for entry in entries where !known.contains(entry.key) {
                let suggestion = Suggestion.nearest(to: entry.key, among: known).map { "; did you mean \($0)?" } ?? ""
                let found = "the unknown key \(ConfigurationValue.quoted(entry.key))"
                let allowed = known.joined(separator: ", ") + suggestion
                log.add(Self.join(path, entry.key), at: entry.place, found: found, allowed: allowed)
            }
        case .nothing:
            isUnreadable = value.isRefused
        case .text, .list:
            isUnreadable = true
            let found = value.text == nil ? "a list" : "a plain value"
            log.add(path, at: place, found: found, allowed: "a mapping with the keys \(known.joined(separator: ", "))")
        }
    }

    /// The value under `key`; nil if it is left out, or was refused already.
    func value(_ key: String) -> ConfigurationValue? {
        value[key].flatMap { $0.isNothing ? nil : $0 }
    }

    func path(of key: String) -> String { Self.join(path, key) }

    func place(of key: String) -> ConfigurationProblem.Place { value[key]?.place ?? place }

    func add(_ key: String, found: String, allowed: String) {
        log.add(path(of: key), at: place(of: key), found: found, allowed: allowed)
    }

    /// Reports that a required key is left out.
    func addMissing(_ key: String, allowed: String) {
        guard !isUnreadable, value[key]?.isRefused != true else { return }
        add(key, found: "nothing", allowed: allowed + EnvironmentVariable.hint(for: path(of: key)))
    }

    /// The section under `key`, empty if it is left out.
    func section(_ key: String, known: [String]) -> ConfigurationSection {
        var value = value[key] ?? ConfigurationValue(content: .nothing, place: place)
        if isUnreadable, value.isNothing { value.written = ConfigurationValue.refusedMark }
        return ConfigurationSection(value, at: path(of: key), known: known, log: log)
    }

    private static func join(_ path: String, _ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
}

/// The kinds of values.
extension ConfigurationSection {
    /// The text under `key`, or nil if it is left out or wrong.
    /// - Parameter convert: nil if the text is not allowed; `allowed` then says what is.
    func text<Value>(_ key: String, allowed: String, convert: (String) -> Value?) -> Value? {
        guard let found = value(key) else { return nil }
        if let text = found.text, let value = convert(text) { return value }
        add(key, found: found.shown, allowed: allowed)
        return nil
    }

    /// The text under `key`, which must be there.
    func required<Value>(_ key: String, allowed: String, convert: (String) -> Value?) -> Value? {
        if value(key) == nil { addMissing(key, allowed: allowed) }
        return text(key, allowed: allowed, convert: convert)
    }

    /// A URL that may be shown unless somebody put a password into it.
    func url(_ key: String, allowed: String, convert: (String) -> String?) -> String? {
        value(key).flatMap { url($0, at: path(of: key), allowed: allowed, convert) }
    }

    /// A list of such URLs; those that are wrong are left out.
    func urls(_ key: String, limit: Int, allowed: String, _ convert: (String) -> String?) -> [String] {
        list(key, of: "URLs", limit: limit).compactMap { url($0.value, at: $0.path, allowed: allowed, convert) }
    }

    private func url(
        _ value: ConfigurationValue,
        at path: String,
        allowed: String,
        _ convert: (String) -> String?
    ) -> String? {
        let isSecret = value.text?.contains("@") ?? false
        if !isSecret, let url = value.url.flatMap(convert) { return url }
        let found = isSecret ? "a URL with a user name (not shown)" : value.shown
        log.add(path, at: value.place, found: found, allowed: allowed)
        return nil
    }

    /// A duration within `bounds`, or zero where that means never; nil if it is wrong.
    func duration(_ key: String, in bounds: ClosedRange<Duration>, orZero: Bool = false, default: Duration) -> Duration?
    {
        guard value(key) != nil else { return `default` }
        let limits = "\(DurationText.write(bounds.lowerBound)) to \(DurationText.write(bounds.upperBound))"
        let allowed = "a duration with its unit (ms, s, m, h), \(limits)\(orZero ? ", or 0s for never" : "")"
        return text(key, allowed: allowed) { text in
            DurationText.parse(text).flatMap { bounds.contains($0) || orZero && $0 == .zero ? $0 : nil }
        }
    }

    /// One of a few words.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(_ key: String, default: Choice) -> Choice {
        guard let found = value(key) else { return `default` }
        return Self.choice(found, at: path(of: key), log: log) ?? `default`
    }

    static func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ found: ConfigurationValue,
        at path: String,
        log: ProblemLog
    ) -> Choice? {
        if let choice = found.text.flatMap(Choice.init(rawValue:)) { return choice }
        let words = Choice.allCases.map(\.rawValue)
        let suggestion = found.text.flatMap { Suggestion.nearest(to: $0, among: words) }
        let hint = suggestion.map { "; did you mean \($0)?" } ?? ""
        log.add(path, at: found.place, found: found.shown, allowed: words.joined(separator: ", ") + hint)
        return nil
    }

    /// The items under `key`, each with its path; empty if it is left out, is no list, or is too long.
    func list(_ key: String, of what: String, limit: Int) -> [(value: ConfigurationValue, path: String)] {
        guard let found = value(key) else { return [] }
        guard let items = found.list else {
            add(key, found: found.shown, allowed: "a list of \(what), [] for none")
            return []
        }
        guard items.count <= limit else {
            add(key, found: "\(items.count) \(what)", allowed: "at most \(limit)")
            return []
        }
        return items.enumerated().map { ($1, "\(path(of: key))[\($0)]") }
    }

    /// Refuses a key whose feature is not built yet.
    ///
    /// Nothing and an empty list are always fine.
    func refuseUnsupported(_ key: String) {
        guard let found = value(key), found.list?.isEmpty != true else { return }
        add(key, found: "a setting of a feature that is not yet supported", allowed: "leave it out")
    }
}
