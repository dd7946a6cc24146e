import Subprocess
import Synchronization
import SystemPackage

/// A program that a test runs, known by its process id.
final class Child: Sendable {
    let name: String
    let processID: Int32
    private let deliver: @Sendable (Signal) throws -> Void
    private let state = Mutex(State())

    private struct State {
        var output = ""
        var ending: Ending?
    }

    /// How a program ended.
    enum Ending: Equatable {
        case exited(Int32)
        case signaled(Int32)
        /// It was ended together with its test.
        case ended
    }

    init(name: String, processID: Int32, deliver: @escaping @Sendable (Signal) throws -> Void) {
        self.name = name
        self.processID = processID
        self.deliver = deliver
    }

    /// All it has said so far, on standard output and on standard error.
    var output: String { state.withLock(\.output) }

    /// How it ended; nil while it runs.
    var ending: Ending? { state.withLock(\.ending) }

    func send(_ signal: Signal) throws { try deliver(signal) }

    /// Waits for its end.
    func ended(within limit: Duration) async throws -> Ending {
        try await eventually("\(name) ends", within: limit) { ending != nil }
        return ending ?? .ended
    }

    fileprivate func hear(_ line: String) { state.withLock { $0.output += line + "\n" } }
    fileprivate func end(_ ending: Ending) { state.withLock { $0.ending = ending } }
}

/// Starts programs, which all end with the scope that handed this out.
struct Children: Sendable {
    fileprivate let launches: AsyncStream<Launch>.Continuation

    /// Starts `program` with nothing in its environment but `environment` and a path to find programs by.
    func start(
        _ program: String,
        _ arguments: [String],
        name: String,
        environment: [String: String] = [:]
    ) async throws -> Child {
        let (started, continuation) = AsyncStream.makeStream(of: Result<Child, any Error>.self)
        let launch = Launch(
            program: program, arguments: arguments, name: name, environment: environment, started: continuation)
        launches.yield(launch)
        for await child in started { return try child.get() }
        throw CancellationError()
    }
}

/// Runs `body`, then kills every program it has started and waits for the end of each.
func withChildren<Value: Sendable>(_ body: (Children) async throws -> Value) async throws -> Value {
    let (launches, continuation) = AsyncStream.makeStream(of: Launch.self)
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            await withDiscardingTaskGroup { group in
                for await launch in launches { group.addTask { await launch.run() } }
            }
        }
        // The group waits for its tasks, and so for the programs, before it returns.
        defer { group.cancelAll() }
        return try await body(Children(launches: continuation))
    }
}

/// A program to be run by a task of its own.
private struct Launch: Sendable {
    let program: String
    let arguments: [String]
    let name: String
    let environment: [String: String]
    let started: AsyncStream<Result<Child, any Error>>.Continuation

    /// Becomes the program, after leaving a watcher behind that kills it when the standard input ends: so no program
    /// outlives a test process that crashed. (A job in the background has no standard input of its own; descriptor 3
    /// hands it on.)
    private static let leash = """
        exec 3<&0
        { cat <&3; [ "/proc/$$/exe" -ef "$(command -v "$1")" ] && kill -9 $$; } >/dev/null 2>&1 &
        exec "$@" </dev/null 3<&-
        """

    func run() async {
        defer { started.finish() }
        var environment = environment
        environment["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        let variables = environment.map { (Environment.Key(stringLiteral: $0), $1) }
        let child = Mutex<Child?>(nil)
        do {
            let result = try await Subprocess.run(
                .path("/bin/sh"), arguments: Arguments(["-c", Self.leash, "sh", program] + arguments),
                environment: .custom(Dictionary(uniqueKeysWithValues: variables)),
                input: .inputWriter, output: .sequence, error: .combinedWithOutput
            ) { execution in
                let new = Child(name: name, processID: execution.processIdentifier.value) { signal in
                    try execution.send(signal: signal)
                }
                child.withLock { $0 = new }
                started.yield(.success(new))
                for try await line in execution.standardOutput.strings(bufferingPolicy: .unbounded) { new.hear(line) }
            }
            let ending: Child.Ending =
                switch result.terminationStatus {
                case .exited(let code): .exited(code)
                case .signaled(let signal): .signaled(signal)
                }
            child.withLock { $0?.end(ending) }
        } catch {
            started.yield(.failure(error))
            child.withLock { $0?.end(.ended) }
        }
    }
}

/// Runs a program to its end and returns what it wrote on standard output.
func output(of program: String, _ arguments: [String]) async throws -> String {
    try await Subprocess.run(
        .name(program), arguments: Arguments(arguments), output: .string(limit: 1 << 20), error: .discarded
    ).standardOutput
}
