internal import KeeperCore

/// What each `errcode` means to one who fetches a token, and when to ask again.
///
/// Codes, never texts: WeChat's texts differ from endpoint to endpoint.
struct ErrorTable {
    let reaction: Refusal.Reaction
    /// Our words for it, to stand after "WeChat refused with 40013: ".
    let meaning: String

    init(_ reaction: Refusal.Reaction, _ meaning: String) {
        self.reaction = reaction
        self.meaning = meaning
    }

    /// What to do about a code nobody has described: somebody should look, and a storm must not follow.
    static let reactionToUnlisted = Refusal.Reaction.slowly

    /// The codes for an address that is not on the list, with the address in the text.
    static let addressCodes = [40_164, 45_035, 61_004, 60_020]

    private static let tenMinutes = Refusal.Reaction.pause(for: .seconds(600))
    private static let hour = Refusal.Reaction.pause(for: .seconds(3_600))
    private static let day = Refusal.Reaction.pause(for: .seconds(86_400))

    static let entries: [Int: ErrorTable] = [
        -1: .init(.backOff, "the system is busy"),
        45_011: .init(.nextMinute, "the minute's quota is used up"),
        45_033: .init(.nextMinute, "too many calls at once"),

        // Somebody must act, and may do so at any time.
        40_164: .init(.slowly, "the calling IP address is not on the account's allow-list"),
        45_035: .init(.slowly, "the calling IP address is not on the account's allow-list"),
        61_004: .init(.slowly, "the calling IP address is not registered"),
        60_020: .init(.slowly, "the calling IP address is not trusted by the corporation"),
        89_501: .init(.slowly, "the account's administrator has yet to confirm this call"),
        89_502: .init(.slowly, "the account's administrator has yet to confirm this call"),
        89_503: .init(.slowly, "the account's administrator must confirm the calling IP address"),
        89_504: .init(.slowly, "the account's administrator has yet to confirm this call"),
        89_505: .init(.slowly, "the account's administrator has yet to confirm this call"),

        // A known time must pass first, or asking often would do harm.
        40_243: .init(tenMinutes, "the AppSecret is frozen"),
        61_005: .init(tenMinutes, "the component ticket has expired"),
        61_006: .init(tenMinutes, "the component ticket is invalid"),
        45_009: .init(hour, "the daily quota of this call is used up"),
        50_002: .init(hour, "the account is restricted, cancelled or moved"),
        50_004: .init(hour, "the account may not use this call, perhaps as a penalty"),
        50_007: .init(hour, "the account is frozen"),
        89_507: .init(hour, "the account's administrator has refused the calling IP address for an hour"),
        89_506: .init(day, "the account's administrator has refused the calling IP address for a day"),

        // Configuration. Asking again cannot help.
        40_001: .init(.stop, "the AppSecret is wrong or of another app"),
        40_013: .init(.stop, "the appid is wrong"),
        40_091: .init(.stop, "the secret is of another corporation"),
        40_125: .init(.stop, "the AppSecret is wrong; has it been reset?"),
        48_001: .init(.stop, "this account has no right to this call"),
        48_004: .init(.stop, "this call is banned for the account"),
        50_003: .init(.stop, "the application is disabled"),
        61_003: .init(.stop, "the component is not authorised"),
        61_009: .init(.stop, "the authorisation code is invalid"),
        61_010: .init(.stop, "the authorisation code has expired"),
        61_011: .init(.stop, "the component is invalid"),
        61_023: .init(.stop, "the refresh token is invalid"),
        61_024: .init(.stop, "this appid is a third-party platform's, which has another call for its token"),
        301_007: .init(.stop, "the corporation is dissolved"),
        2_000_002: .init(.stop, "the corporation's id is unknown"),

        // A mistake of this program's.
        40_002: .init(.stop, "the grant_type is wrong"),
        41_002: .init(.stop, "the appid is missing"),
        41_004: .init(.stop, "the AppSecret is missing"),
        43_002: .init(.stop, "the call must be a POST"),
        43_003: .init(.stop, "the call must use HTTPS"),
        44_002: .init(.stop, "the body is empty"),
        47_001: .init(.stop, "the body is not the JSON expected"),
    ]
}
