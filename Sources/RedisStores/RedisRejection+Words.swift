internal import KeeperCore
internal import RedisClient

extension RedisRejection {
    /// The same in words that hold nothing of what Redis repeats: no key, no argument, no user's text.
    var refusal: StoreRefusal {
        let code = reasonCode
        if code == StoreRefusal.formatCode {
            return .unknownFormat(RedisFormat.number(in: String(description.dropFirst(code.count + 1))))
        }
        let (reason, deed) = Self.words[code] ?? Self.words(of: description)
        return StoreRefusal(code: code, reason: code == "NOPERM" ? reason + forbidden : reason, deed: deed)
    }

    /// The word by which the reason is known.
    ///
    /// Before Redis 7 the error of a command within a script stands in the middle of the script's own; some reasons
    /// have no word at all.
    private var reasonCode: String {
        for (phrase, code) in Self.phrases where description.contains(phrase) { return code }
        if code == "ERR", let inner = description.firstMatch(of: #/-([A-Z]{3,20}) /#) { return String(inner.1) }
        let isWord = !code.isEmpty && code.allSatisfy { $0.isASCII && ($0.isUppercase || $0.isNumber) }
        return isWord ? code : "ERR"
    }

    /// Which command, where Redis says it.
    private var forbidden: String {
        let name = description.firstMatch(of: #/run the '([a-z|]{2,30})' command/#).map { " run \($0.1)" }
        return name ?? (description.contains("channel") ? " use the channel of hints" : " do what is needed")
    }

    private static let phrases: [(String, String)] = [
        ("The user executing the script can't", "NOPERM"),
        ("max number of clients", "MAXCLIENTS"), ("protected mode", "DENIED"),
        ("without any password configured", "NOPASS"), ("no password is set", "NOPASS"),
        ("invalid password", "WRONGPASS"), ("invalid username-password pair", "WRONGPASS"),
        ("DB index is out of range", "DBINDEX"), ("invalid DB index", "DBINDEX"),
        ("SELECT is not allowed in cluster mode", "DBINDEX"),
        ("should be passed using", "KEYS"), ("non local key", "CROSSSLOT"), ("undeclared key", "KEYS"),
        ("Write commands not allowed after non deterministic", "VERSION"),
        ("wrong number of arguments", "VERSION"), ("Wrong number of args calling", "VERSION"),
        ("nknown Redis command called", "COMMAND"), ("nknown command", "COMMAND"), ("not supported", "COMMAND"),
        ("unsupported", "COMMAND"), ("disabled", "COMMAND"),
    ]

    private static let words: [String: (reason: String, deed: String)] = [
        "OOM": ("Redis has used up its maxmemory", "raise maxmemory, or remove what else is kept there"),
        "MISCONF": (
            "Redis cannot save to its disk and takes no writes", "see to its disk; its log says what is wrong"
        ),
        "READONLY": ("this Redis copies another and takes no writes", "name the one it copies in cluster.redis"),
        "NOREPLICAS": ("Redis takes no writes while too few replicas follow it", "bring its replicas back"),
        "NOPERM": ("the user of cluster.redis may not", "allow it by ACL SETUSER; docs/configuration.md has the line"),
        "NOAUTH": ("Redis wants a password", "write it into cluster.redis"),
        "WRONGPASS": ("Redis does not accept user and password", "correct cluster.redis"),
        "NOPASS": ("Redis has no password, but cluster.redis names one", "set it there or leave it out here"),
        "LOADING": ("Redis is still reading its data", "wait; this passes by itself"),
        "BUSY": ("a script of somebody else's keeps Redis busy", "end it by SCRIPT KILL"),
        "MASTERDOWN": ("this Redis copies another that it does not reach", "name a primary in cluster.redis"),
        "CLUSTERDOWN": ("the Redis Cluster is down", "repair it; wxkeeper needs a single Redis"),
        "MOVED": ("this is one node of a Redis Cluster", "name a single Redis in cluster.redis"),
        "ASK": ("this is one node of a Redis Cluster", "name a single Redis in cluster.redis"),
        "CROSSSLOT": ("this Redis Cluster keeps the keys on several nodes", "name a single Redis in cluster.redis"),
        "KEYS": ("a proxy before Redis refuses our scripts' keys", "connect to Redis itself"),
        "WRONGTYPE": ("a key holds something that is not ours", "let nobody else write wxkeeper:{NAME}:*"),
        "NOSCRIPT": ("Redis forgets scripts as soon as it has them", "connect to Redis itself, without a proxy"),
        "MAXCLIENTS": ("Redis has as many clients as it may", "raise maxclients, or find who connects so often"),
        "DENIED": ("Redis answers its own machine only (protected mode)", "give it a password"),
        "DBINDEX": ("Redis has no database of that number", "correct the number at the end of cluster.redis"),
        "VERSION": (
            "this Redis is too old for our scripts", "use Redis \(RedisVersion.least) or later"
        ),
        "COMMAND": ("this Redis, or a proxy before it, lacks a command", "use a Redis with EVALSHA and SCRIPT LOAD"),
    ]

    /// Of what nobody has foreseen: what Redis says, without anything in quotation marks.
    private static func words(of line: String) -> (reason: String, deed: String) {
        let plain = line.replacing(#/['"`].*?['"`]/#, with: "…").filter { $0.isASCII && !$0.isNewline || $0 == "…" }
        return ("Redis refuses: \(plain.prefix(120))", "see the log of Redis")
    }
}
