/// One app as the simulated WeChat knows it.
public struct SimulatedApp: Equatable, Sendable {
    /// The appid; of an app of WeCom, which has none, a name to tell it by in control and in the log.
    public let appID: String
    /// The AppSecret, or WeCom's corpsecret.
    ///
    /// It opens nothing but this simulator.
    public let secret: String
    /// The corpid of the corporation whose WeCom app this is; nil: an official account or Mini Program.
    public let corporation: String?
    /// How many characters a token has; WeChat asks everybody to be ready for 512.
    public let tokenLength: Int
    /// Addresses that may fetch: `1.2.3.4`, `1.2.3.*` or `1.2.3.0/24`.
    ///
    /// Empty: anybody. WeCom's `gettoken` admits anybody always:
    /// https://www.kancloud.cn/xingyunke/xingyunke-crm/3056072.
    public let allowList: [String]
    /// How often it may fetch; not asked of an app of WeCom.
    public let quotas: Quotas

    /// How often an app may fetch.
    ///
    /// A day is 24 hours and a minute 60 seconds, both counted from the start.
    public struct Quotas: Equatable, Sendable {
        /// Calls of `/cgi-bin/token` a day.
        public var classicPerDay: Int
        /// Calls of `/cgi-bin/stable_token` a day.
        public var stablePerDay: Int
        /// Forced refreshes a day.
        public var forcedPerDay: Int
        /// Calls a minute, of each of the two endpoints.
        public var perMinute: Int

        /// The documented quotas of a new account.
        public init(
            classicPerDay: Int = 2_000,
            stablePerDay: Int = 500_000,
            forcedPerDay: Int = 20,
            perMinute: Int = 10_000
        ) {
            self.classicPerDay = classicPerDay
            self.stablePerDay = stablePerDay
            self.forcedPerDay = forcedPerDay
            self.perMinute = perMinute
        }
    }

    /// Throws, with the field and what is allowed, unless every value can be used.
    public init(
        appID: String,
        secret: String,
        corporation: String? = nil,
        tokenLength: Int = 136,
        allowList: [String] = [],
        quotas: Quotas = Quotas()
    ) throws(SimulatorError) {
        guard (1...128).contains(appID.utf8.count) else { throw .invalid("an appid has 1 to 128 characters") }
        guard (1...256).contains(secret.utf8.count) else {
            throw .invalid("the secret of \(appID) has \(secret.utf8.count) characters; allowed are 1 to 256")
        }
        if let corporation, !(1...128).contains(corporation.utf8.count) {
            throw .invalid("the corpid of \(appID) has \(corporation.utf8.count) characters; allowed are 1 to 128")
        }
        guard (16...8_192).contains(tokenLength) else {
            throw .invalid("the token length of \(appID) is \(tokenLength); allowed is 16 to 8192")
        }
        guard allowList.count <= 100 else { throw .full("addresses in the allow-list of \(appID)") }
        for entry in allowList where AddressPattern(entry) == nil {
            throw .invalid("the allow-list of \(appID) has \(entry); allowed are 1.2.3.4, 1.2.3.* and 1.2.3.0/24")
        }
        self.appID = appID
        self.secret = secret
        self.corporation = corporation
        self.tokenLength = tokenLength
        self.allowList = allowList
        self.quotas = quotas
    }

    /// Whether this address may fetch.
    ///
    /// An IPv6 address never matches an entry.
    func admits(_ address: String) -> Bool {
        guard !allowList.isEmpty else { return true }
        guard let address = AddressPattern.address(address) else { return false }
        return allowList.contains { AddressPattern($0)?.matches(address) ?? false }
    }
}

/// One entry of an allow-list: an IPv4 prefix.
struct AddressPattern: Equatable {
    private let prefix: UInt32
    private let mask: UInt32

    init?(_ text: String) {
        if text.hasSuffix(".*"), let prefix = Self.address(text.dropLast(2) + ".0") {
            self.init(prefix: prefix, length: 24)
            return
        }
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let prefix = Self.address(first) else { return nil }
        guard let length = parts.count == 1 ? 32 : Int(parts[1]), (0...32).contains(length) else { return nil }
        self.init(prefix: prefix, length: length)
    }

    private init(prefix: UInt32, length: Int) {
        mask = length == 0 ? 0 : UInt32.max << (32 - length)
        self.prefix = prefix & mask
    }

    func matches(_ address: UInt32) -> Bool { address & mask == prefix }

    /// The four bytes of `1.2.3.4`.
    static func address(_ text: some StringProtocol) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var address: UInt32 = 0
        for part in parts {
            guard part.allSatisfy(\.isNumber), let byte = UInt8(part) else { return nil }
            address = address << 8 | UInt32(byte)
        }
        return address
    }
}
