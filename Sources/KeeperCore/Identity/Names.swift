/// The appid of one WeChat account, Mini Program or WeCom application whose credential is kept.
public struct AppID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The appid as WeChat spells it.
    public let rawValue: String

    /// Wraps an appid that configuration has already checked.
    public init(_ rawValue: String) { self.rawValue = rawValue }

    /// As it is written in logs.
    public var description: String { rawValue }

    /// The order of the names.
    public static func < (left: AppID, right: AppID) -> Bool { left.rawValue < right.rawValue }
}

extension AppID {
    /// Stands between an app and the type of a ticket.
    ///
    /// No appid holds it.
    private static let ticketMark: Character = "#"

    /// Under which name a ticket of this app is kept beside the tokens: `APPID#TYPE`.
    public func ticket(_ type: TicketType) -> AppID { AppID("\(rawValue)\(Self.ticketMark)\(type.rawValue)") }

    /// Whether it is a ticket's name, which no caller may use in place of an appid.
    public var isTicket: Bool { rawValue.contains(Self.ticketMark) }
}

/// The stable name of a node, the same over all its restarts.
///
/// No two living nodes may share one.
public struct NodeName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The name as configured (`node.id`).
    public let rawValue: String

    /// Wraps a name that configuration has already checked.
    public init(_ rawValue: String) { self.rawValue = rawValue }

    /// As it is written in logs.
    public var description: String { rawValue }

    /// The order of the names.
    public static func < (left: NodeName, right: NodeName) -> Bool { left.rawValue < right.rawValue }
}

/// One start of one node's process: 128 random bits in hexadecimal, never used again.
public struct Incarnation: Hashable, Sendable, CustomStringConvertible {
    /// 32 hexadecimal digits from a cryptographic generator.
    public let rawValue: String

    /// Wraps digits the shell drew once, at start.
    public init(_ rawValue: String) { self.rawValue = rawValue }

    /// As it is written in logs.
    public var description: String { rawValue }
}

/// The number of a term of leadership.
///
/// Never reused; fences every write.
public struct Epoch: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Zero stands for "no term yet".
    public let rawValue: UInt64

    /// Wraps a number read from the store.
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }

    /// Before the first term.
    public static let none = Epoch(0)

    /// The number above it.
    var next: Epoch { Epoch(rawValue + 1) }

    /// As it is written in logs.
    public var description: String { String(rawValue) }

    /// Whether the left term is the earlier.
    public static func < (left: Epoch, right: Epoch) -> Bool { left.rawValue < right.rawValue }
}

/// Names one request of this node to the world, so that a late answer is recognised.
public struct RequestID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Grows with every request of the process.
    public let rawValue: UInt64

    /// Wraps a number the core has counted.
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }

    /// As it is written in logs.
    public var description: String { String(rawValue) }

    /// Whether the left one was sent first.
    public static func < (left: RequestID, right: RequestID) -> Bool { left.rawValue < right.rawValue }
}

/// Names one caller who waits for the outcome of a refresh.
///
/// The shell counts these.
public struct WaiterID: Hashable, Sendable {
    /// Grows with every caller of the process.
    public let rawValue: UInt64

    /// Wraps a number the shell has counted.
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }
}

/// Names one intent to rotate a token: the incarnation that means to, and its running number.
public struct IntentID: Hashable, Sendable, CustomStringConvertible {
    /// The process that began the call.
    public let incarnation: Incarnation
    /// Counts the intents of that process, from 1.
    public let number: UInt64

    /// Names the `number`th intent of a process.
    public init(incarnation: Incarnation, number: UInt64) {
        self.incarnation = incarnation
        self.number = number
    }

    /// Reads the form that `description` writes; nil if it is not of that form.
    public init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, let number = UInt64(parts[1]) else { return nil }
        self.init(incarnation: Incarnation(String(parts[0])), number: number)
    }

    /// `incarnation-number`, the form that stands in Redis.
    public var description: String { "\(incarnation)-\(number)" }
}
