internal import Foundation
internal import Subprocess
internal import Synchronization
internal import SystemPackage

/// Starts programs, which all end with the scope that handed this out.
package struct Children: Sendable {
    fileprivate let launches: AsyncStream<Launch>.Continuation

    /// Starts `program` with nothing in its environment but `environment` and a path to find programs by.
    package func start(
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
package func withChildren<Value: Sendable>(_ body: (Children) async throws -> Value) async throws -> Value {
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

    /// Becomes the program, after leaving a watcher behind that kills it and whatever it has started when the standard
    /// input ends: so no program outlives a process that crashed or was killed, not even one that is frozen.
    ///
    /// A job in the background has no standard input of its own; descriptor 3 hands it on. All of them are one session,
    /// the fourth word behind the name in proc_pid_stat(5); its number is not given away while it has a member, and
    /// the watcher is one.
    private static let leash = """
        exec 3<&0
        {
            cat <&3
            read -r own rest </proc/self/stat
            for entry in /proc/[0-9]*; do
                read -r line <"$entry/stat" || continue
                set -- ${line##*) }
                [ "$4" = $$ ] && [ "${entry#/proc/}" != "$own" ] && kill -s KILL "${entry#/proc/}"
            done
        } >/dev/null 2>&1 &
        exec "$@" </dev/null 3<&-
        """

    func run() async {
        defer { started.finish() }
        let child = Mutex<Child?>(nil)
        do {
            let result = try await Subprocess.run(
                .path("/bin/sh"), arguments: Arguments(["-c", Self.leash, "sh", program] + arguments),
                environment: variables, platformOptions: Self.options,
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

    private var variables: Environment {
        var all = environment
        all["PATH"] = ProgramPath.text
        return .custom(Dictionary(uniqueKeysWithValues: all.map { (Environment.Key(stringLiteral: $0), $1) }))
    }

    /// A session of its own, so that Ctrl-C reaches us alone and the watcher knows whom to kill.
    private static var options: PlatformOptions {
        var options = PlatformOptions()
        options.createSession = true
        return options
    }
}

/// Where programs are looked for.
package enum ProgramPath {
    /// Where we look, and where root does: Debian puts HAProxy there.
    package static var text: String {
        let own = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        return own + ":/usr/local/sbin:/usr/sbin:/sbin"
    }
}

/// Runs a program to its end and returns what it wrote on standard output.
func output(of program: String, _ arguments: [String]) async throws -> String {
    try await Subprocess.run(
        .name(program), arguments: Arguments(arguments), output: .string(limit: 1 << 20), error: .discarded
    ).standardOutput
}
