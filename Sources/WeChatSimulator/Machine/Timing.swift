extension SimulatedWeChat {
    /// How long tokens live and how they hand over.
    ///
    /// The documented values are 7200 s and 300 s; everything else follows from these two, so a life of 20 s
    /// behaves as a life of two hours does.
    public struct Timing: Equatable, Sendable {
        /// How long a new token lives; `expires_in` of a fresh one.
        public let lifetime: Duration
        /// How long the previous token stays usable once a new one is issued.
        public let overlap: Duration
        /// The last part of a stable token's life, in which a normal call is given a new one.
        ///
        /// The overlap (five minutes), but at most a quarter of the life.
        public let renewalWindow: Duration
        /// The least time between two forced refreshes that both refresh.
        ///
        /// Thirty seconds, but at most a tenth of the overlap, which is the documented proportion.
        public let forceSpacing: Duration

        /// Throws unless the life is between one second and thirty days and the overlap at most thirty days.
        public init(lifetime: Duration = .seconds(7200), overlap: Duration = .seconds(300)) throws(SimulatorError) {
            let month = Duration.seconds(30 * 86_400)
            guard lifetime >= .seconds(1), lifetime <= month else {
                throw .invalid("lifetime is \(lifetime); allowed is 1 second to 30 days")
            }
            guard overlap >= .zero, overlap <= month else {
                throw .invalid("overlap is \(overlap); allowed is 0 to 30 days")
            }
            self.lifetime = lifetime
            self.overlap = overlap
            self.renewalWindow = min(overlap, lifetime / 4)
            self.forceSpacing = min(.seconds(30), overlap / 10)
        }
    }

    /// What the simulator holds at most, so that no input makes it grow without end.
    public struct Limits: Equatable, Sendable {
        /// Apps it knows.
        public var apps: Int
        /// Faults armed at one time.
        public var faults: Int
        /// Calls kept in the log; older ones are forgotten.
        public var calls: Int

        /// The usual limits are far above what a drill needs.
        public init(apps: Int = 20_000, faults: Int = 1_000, calls: Int = 100_000) {
            precondition(apps > 0 && faults > 0 && calls > 0, "limits are positive: \(apps), \(faults), \(calls)")
            self.apps = apps
            self.faults = faults
            self.calls = calls
        }
    }
}

/// Why the simulator refused a setting.
public enum SimulatorError: Error, Equatable, CustomStringConvertible {
    /// A value is outside what is allowed; the text says which, what was found and what is allowed.
    case invalid(String)
    /// No app of this appid.
    case unknownApp(String)
    /// An app of this appid is already there.
    case duplicateApp(String)
    /// One more would exceed the limit on what is named.
    case full(String)
    /// The server ended before it was bound to its address.
    case notBound(String)

    /// One sentence, for people.
    public var description: String {
        switch self {
        case .invalid(let what): what
        case .unknownApp(let appID): "no app \(appID)"
        case .duplicateApp(let appID): "app \(appID) is already there"
        case .full(let what): "too many \(what)"
        case .notBound(let why): "the simulator is not listening: \(why)"
        }
    }
}
