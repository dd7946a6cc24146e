/// A word that is not written here, and what to write instead.
struct Ban: Sendable {
    let text: String
    let instead: String
    let scope: Scope
    /// Allowed after all if this follows within the statement.
    var unless: String?
    /// Files that have their reason.
    var except: Set<String> = []

    /// Where the ban holds.
    enum Scope: Sendable {
        /// In everything we ship.
        case sources
        /// In everything we ship but the programs, whose output goes to people.
        case sourcesButPrograms
        /// In the room that decides.
        case core
        /// Where everything must be told from outside: the floors below the shell, and the simulation.
        case belowTheShell
        /// There, and in every test.
        case belowTheShellAndTests
        /// Anywhere.
        case everywhere
    }

    /// Rooms whose output a person reads.
    static let programs: Set = ["wxkeeper", "cluster-simulation", "cluster-benchmark"]
    /// Floors 0 to 2, and the simulated worlds.
    static let roomsBelowTheShell: Set = [
        "KeeperCore", "KeeperPorts", "RedisClient", "CurlClient", "ClusterSimulation",
    ]

    static let all: [Ban] = [
        Ban(text: "Date()", instead: "time is an argument: pass `now`", scope: .belowTheShell),
        Ban(text: "Date.now", instead: "time is an argument: pass `now`", scope: .belowTheShell),
        Ban(
            text: ".random(", instead: "chance is an argument: `.random(in:using:)` or SplitMix64",
            scope: .belowTheShell, unless: "using:"),
        Ban(
            text: "Task.sleep",
            instead: "below the shell return a deadline; in a test wait for an event, or for what comes `eventually`",
            scope: .belowTheShellAndTests),
        Ban(text: "Thread.sleep", instead: "wait for an event with a deadline", scope: .everywhere),
        // libcurl's thread has nothing else to wait for when its own wait fails.
        Ban(text: "usleep", instead: "wait for an event with a deadline", scope: .everywhere, except: ["CurlThread"]),
        // Foundation's may crash a process of many threads.
        Ban(text: "Process()", instead: "run a program by `Finished` or `Children`", scope: .everywhere),
        Ban(text: "try!", instead: "`try`, or `do`/`catch` with a precondition that says why", scope: .everywhere),
        Ban(text: "fatalError", instead: "`precondition` with the state in its message", scope: .sources),
        Ban(text: "print(", instead: "log it, or return it", scope: .sourcesButPrograms),
        Ban(text: "@_exported", instead: "import it where it is used", scope: .everywhere),
        Ban(
            text: "isInForce", instead: "ask a question that reads as the rule, and put the switch beside it",
            scope: .core, except: ["Rules", "LeaseRules", "CredentialRules", "NodeRules"]),
    ]

    func applies(to file: SourceFile) -> Bool {
        guard !except.contains(file.baseName) else { return false }
        let isSource = file.folder == "Sources"
        let isBelow = isSource && Self.roomsBelowTheShell.contains(file.room)
        return switch scope {
        case .everywhere: true
        case .sources: isSource
        case .sourcesButPrograms: isSource && !Self.programs.contains(file.room)
        case .core: isSource && file.room == "KeeperCore"
        case .belowTheShell: isBelow
        case .belowTheShellAndTests: isBelow || file.folder == "Tests"
        }
    }

    func occurs(in file: SourceFile, at index: Int) -> Bool {
        guard file.code[index].containsWord(text) else { return false }
        guard let unless else { return true }
        let statement = file.code[index..<min(index + 3, file.code.count)]
        return !statement.contains { $0.contains(unless) }
    }
}
