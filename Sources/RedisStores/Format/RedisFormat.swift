internal import KeeperCore

/// What lies in Redis: every hash with its fields, and the number of this form of it.
///
/// Scripts, stores and the test of `docs/redis.md` take names from here. A program that would misread what another has
/// written, or whose own writing another would misread, needs another number.
enum RedisFormat {
    /// The number of the form that this program knows; see `StoreRefusal.unknownFormat`.
    static let number = StoreRefusal.knownFormat

    /// The number that somebody has written; nil for none, and for what no program writes.
    static func number(in text: String?) -> Int? {
        guard let text, let number = Int(text), "\(number)" == text else { return nil }
        return number
    }

    /// What all formats have in common: the hash `store` with this field.
    static let store = StoredHash(
        key: "store", luaName: "storeHash",
        fields: [
            StoredField("format", .count, .needed),
            StoredField("id", .text, .needed),
            StoredField("event", .count, .needed),
        ])

    static let lease = StoredHash(
        key: "lease", luaName: "leaseHash",
        fields: [
            StoredField("epoch", .count, .needed),
            StoredField("incarnation", .text, .needed),
            StoredField("node", .text, .needed),
            StoredField("address", .text, .needed),
            StoredField("sequence", .count, .needed),
            StoredField("active", .flag),
            StoredField("release", .text),
            StoredField("wait_ms", .milliseconds),
            StoredField("successor", .text),
            StoredField("for_reachability", .flag),
            StoredField("server_run", .text),
        ])

    static let member = StoredHash(
        key: "member:NODE", luaName: "memberHash",
        fields: [
            StoredField("incarnation", .text, .needed),
            StoredField("address", .text, .needed),
            StoredField("beats", .count, .needed),
            StoredField("epoch_seen", .count, .needed),
            StoredField("draining", .flag, .spare),
            StoredField("reachability", .count, .spare),
            StoredField("apps_digest", .text, .spare),
            StoredField("cold", .flag, .spare),
        ])

    static let record = StoredHash(
        key: "tok:APP", luaName: "recordHash",
        fields: [
            StoredField("event", .count),
            StoredField("version", .count),
            StoredField("epoch", .count),
            StoredField("token", .text),
            StoredField("fingerprint", .text),
            StoredField("life_ms", .milliseconds),
            StoredField("issued_at", .time),
            StoredField("expires_at", .time),
            StoredField("previous_fingerprints", .text, .spare),
            StoredField("intent", .text),
            StoredField("intent_epoch", .count),
            StoredField("intent_event", .count),
            StoredField("intent_at", .time),
            StoredField("last_intent_epoch", .count),
            StoredField("published_intent", .text),
            StoredField("uncertain_event", .count),
            StoredField("uncertain_since", .time),
            StoredField("errcode", .number, .spare),
            StoredField("reason", .words, .spare),
            StoredField("rotations", .count, .spare),
            StoredField("rotations_day", .number, .spare),
            StoredField("external_rotations", .count, .spare),
            StoredField("last_external_rotation_at", .time, .spare),
        ])

    /// Every hash there is.
    static let hashes = [store, lease, member, record]
}

/// What stands in the lease's field `release`.
enum ReleaseWord: String, CaseIterable {
    /// The term goes on.
    case none
    /// Its holder has given it up.
    case handedOver = "handed-over"
    /// Its holder's process is gone.
    case holderDied = "holder-died"

    /// How the scripts call the words.
    static var lua: String {
        "local notReleased, handedOver, holderDied = '\(none.rawValue)', '\(handedOver.rawValue)', "
            + "'\(holderDied.rawValue)'"
    }
}
