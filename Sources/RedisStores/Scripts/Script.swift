internal import RedisClient

/// One atomic step in the store, in Redis's Lua.
///
/// Needs Redis 5.0: see `RedisVersion.least`.
///
/// Rules all scripts follow:
/// - Every key that a script touches is among its `KEYS`, as a Redis Cluster and the proxies before one demand. First
///   come those of `Keyspace.fixed`, then those that the script names itself, then a list of any length.
/// - Arguments come in the same way: `ScriptHead`, then those that the script names, then a list of any length. No
///   script counts positions: its first lines, which give each key and argument its name, are made from the tables.
/// - Fields are those of `RedisFormat`, by their names there.
/// - They decide first and write last, so an error on the way has changed nothing.
/// - Their first write is one that needs memory: a Redis that has none left refuses only the first, and lets through
///   whatever follows a deletion.
/// - A script may run long after its sender gave up, and twice. It compares before it writes.
/// - Times are milliseconds of Redis's own clock. They leave the script as durations relative to `now` only.
/// - **What another format has written is left alone**: a script that meets another number than ours ends at once with
///   an error that begins with `FORMAT`; see `StoreRefusal.unknownFormat`.
/// - **What is spoiled counts as lost**: a key of another type, bytes where a text or a number should stand, a field
///   that is missing. It takes out the one record it is in, and who finds it says so.
/// - Every reply begins with `now`, the store's name and what was found spoiled.
///
/// Numbers are doubles in Lua, exact up to 2^53. What counts (epochs, versions, events) stays below 1.001·10^12,
/// which no cluster reaches; more is spoiled, for what is counted up from it would soon be exact no more.
struct Script: Sendable {
    /// For the log and as a key.
    let name: String
    /// What Redis is given.
    let text: String

    /// A script of its own words behind the common ones.
    /// - Parameters:
    ///   - keys: what the script calls the keys after the fixed ones.
    ///   - arguments: what it is told after the head.
    init(
        _ name: String, keys: [String] = [], takes arguments: [Argument] = [], uses parts: [String] = [], _ body: String
    ) {
        self.name = name
        text = ([Self.opening, Self.common] + parts + [Self.naming(keys, arguments), body]).joined(separator: "\n")
    }

    /// Every script, so that a new connection can be given them all before the first is needed.
    static let all = [
        tick, look, acquire, renew, release, reportDeath, pause, leave, begin, publish, abort, put, restore, mirror,
    ]
}

// MARK: - Names for positions

extension Script {
    /// Names for what every script is given.
    private static let opening =
        (Keyspace.fixedNames.enumerated().map { "local \($1)Key = KEYS[\($0 + 1)]" }
        + [
            "local knownFormat = '\(RedisFormat.number)'",
            "local function number(value) return tonumber(value) or 0 end",
        ] + names(of: ScriptHead.arguments.names, after: 0)).joined(separator: "\n")

    /// Names for what a script is given besides, and for the list after that.
    private static func naming(_ keys: [String], _ arguments: [Argument]) -> String {
        let keysBefore = Keyspace.fixedNames.count
        let argumentsBefore = ScriptHead.arguments.names.count
        let lastArgument = argumentsBefore + arguments.count
        let lines =
            keys.enumerated().map { "local \($1) = KEYS[\(keysBefore + $0 + 1)]" }
            + names(of: arguments, after: argumentsBefore)
            + [
                "local listedCount = #ARGV - \(lastArgument)",
                "local function listed(place) return ARGV[\(lastArgument) + place] end",
                "local function listedKey(place) return KEYS[\(keysBefore + keys.count) + place] end",
            ]
        return lines.joined(separator: "\n")
    }

    private static func names(of arguments: [Argument], after count: Int) -> [String] {
        arguments.enumerated().map { "local \($1.name) = \($1.reading("ARGV[\(count + $0 + 1)]"))" }
    }
}
