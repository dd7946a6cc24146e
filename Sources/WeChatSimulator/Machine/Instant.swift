extension SimulatedWeChat {
    /// A moment of the simulator's own time, counted from its start.
    ///
    /// The machine never reads a clock: the shell measures, tests write `.seconds(30)`.
    public struct Instant: Hashable, Comparable, Sendable {
        /// The time that has passed since the simulator started.
        public let sinceStart: Duration

        /// The moment `sinceStart` after the simulator's start.
        public init(sinceStart: Duration) {
            self.sinceStart = sinceStart
        }

        /// The simulator's start.
        public static let start = Instant(sinceStart: .zero)

        /// The moment so many seconds after the start.
        public static func seconds(_ seconds: Double) -> Instant { Instant(sinceStart: .seconds(seconds)) }

        /// The moment so many milliseconds after the start.
        public static func milliseconds(_ milliseconds: Int) -> Instant {
            Instant(sinceStart: .milliseconds(milliseconds))
        }

        /// Whole nanoseconds since the start.
        public var nanoseconds: Int64 { sinceStart.wholeNanoseconds }

        /// Whether `left` comes first.
        public static func < (left: Instant, right: Instant) -> Bool { left.sinceStart < right.sinceStart }

        /// The moment so much later.
        public static func + (instant: Instant, duration: Duration) -> Instant {
            Instant(sinceStart: instant.sinceStart + duration)
        }

        /// The time from `right` to `left`.
        public static func - (left: Instant, right: Instant) -> Duration { left.sinceStart - right.sinceStart }
    }
}

extension Duration {
    /// Rounded towards zero, as all of these.
    var wholeNanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }

    var wholeMilliseconds: Int64 { components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000 }

    var wholeSeconds: Int64 { components.seconds }
}
