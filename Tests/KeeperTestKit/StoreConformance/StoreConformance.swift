public import KeeperCore
public import KeeperPorts

/// What lends a store to the conformance suite: several callers on one shared memory, and ways to harm that memory.
///
/// The suite holds for anything that conforms to the two ports. It never looks inside.
public protocol StoreHarness: Sendable {
    /// A store that speaks for `caller`. All stores of one harness share one memory, which is empty at first.
    func store(for caller: LeaseHolder) async throws -> any LeaseStore & CredentialStore
    /// Loses everything, the store's name too.
    func wipe() async throws
    /// Loses the lock alone, as if its time had run out.
    func expireLock() async throws
    /// Loses the record of the lease alone.
    func removeLease() async throws
    /// Loses the record of one app.
    func removeRecord(of app: AppID) async throws
    /// Makes the record of one app, which must be there, something that no node would write.
    func spoilRecord(of app: AppID) async throws
    /// Makes the record of the lease, which must be there, something that no node would write.
    func spoilLease() async throws
    /// The number of the format that is written there; nil for none.
    func format() async throws -> Int?
    /// Writes another number, or none, into a store that is not empty.
    func setFormat(_ number: Int?) async throws
    /// Lets time pass on the store's clock: at least this long.
    func advance(by duration: Duration) async throws
}

/// One rule of the ports, as a check of a store that is empty at first.
public struct StoreConformance: Sendable, CustomStringConvertible {
    /// The rule, as a sentence.
    public let description: String
    private let body: @Sendable (StoreScene) async throws -> Void

    init(_ description: String, _ body: @escaping @Sendable (StoreScene) async throws -> Void) {
        self.description = description
        self.body = body
    }

    /// Throws a `Nonconformance` where the store breaks the rule.
    public func check(_ harness: some StoreHarness) async throws {
        try await body(try await StoreScene(harness))
    }

    /// All rules.
    public static let all: [StoreConformance] = lease + ticks + rotation + strays + storing + formats + walks
}

/// A rule that a store has broken, and where in the suite.
public struct Nonconformance: Error, Sendable, CustomStringConvertible {
    /// What was expected and what was found.
    public let description: String
}

/// Throws unless the two are equal.
func expect<Value: Equatable>(
    _ found: Value, _ expected: Value, _ what: String = "", file: String = #fileID, line: Int = #line
) throws {
    guard found == expected else {
        throw Nonconformance(description: "\(file):\(line): \(what) expected \(expected), found \(found)")
    }
}

/// Throws unless the condition holds.
func expect(_ condition: Bool, _ what: String, file: String = #fileID, line: Int = #line) throws {
    guard condition else { throw Nonconformance(description: "\(file):\(line): \(what)") }
}

/// Unwraps, or throws.
func require<Value>(
    _ value: Value?, _ what: String = "a value", file: String = #fileID, line: Int = #line
) throws -> Value {
    guard let value else { throw Nonconformance(description: "\(file):\(line): \(what) is missing") }
    return value
}

/// Throws unless `found` is at most `limit` and not much less: time passes between writing and reading.
func expect(
    _ found: Duration, atMost limit: Duration, file: String = #fileID, line: Int = #line
) throws {
    let isNear = found <= limit && found > limit - .seconds(5)
    try expect(isNear, "expected at most \(limit), found \(found)", file: file, line: line)
}
