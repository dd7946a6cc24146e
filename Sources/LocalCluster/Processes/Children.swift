internal import ClusterObservation
internal import Subprocess
internal import Synchronization
internal import SystemPackage

/// Starts programs, which all end with the scope that handed this out.
package struct Children: Sendable {
    fileprivate let launches: AsyncStream<Launch>.Continuation
    fileprivate let roll = Roll()

    /// What becomes of what a program says.
    package enum Hearing: Sendable {
        /// It is kept for whoever asks `Child.output`.
        case kept
        /// Standard error is shown where our own is, standard output is dropped: for whoever watches for days.
        case shown
        case dropped
    }

    /// Starts `program` with nothing in its environment but `environment` and a path to find programs by.
    package func start(
        _ program: String,
        _ arguments: [String],
        name: String,
        environment: [String: String] = [:],
        hearing: Hearing = .kept
    ) async throws -> Child {
        let (started, continuation) = AsyncStream.makeStream(of: Result<Child, any Error>.self)
        let launch = Launch(
            program: program, arguments: arguments, name: name, environment: environment, hearing: hearing, roll: roll,
            started: continuation)
        launches.yield(launch)
        for await child in started { return try child.get() }
        throw CancellationError()
    }

    /// Asks whatever runs to end and waits for that; what takes longer than `grace` is killed.
    package func stop(within grace: Duration) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for child in roll.living { group.addTask { try await child.stop(within: grace) } }
            try await group.waitForAll()
        }
    }
}

/// Who was started and has not ended.
private final class Roll: Sendable {
    private let children = Mutex<[Child]>([])

    var living: [Child] { children.withLock { $0.filter { $0.ending == nil } } }

    func add(_ child: Child) {
        children.withLock { children in
            children.removeAll { $0.ending != nil }
            children.append(child)
        }
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
    let hearing: Children.Hearing
    let roll: Roll
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
            let begun = { (new: Child) in child.withLock { $0 = new } }
            let status =
                switch hearing {
                case .kept, .dropped: try await status(error: .combinedWithOutput, begun: begun)
                case .shown: try await status(error: .currentStandardError, begun: begun)
                }
            let ending: Child.Ending =
                switch status {
                case .exited(let code): .exited(code)
                case .signaled(let signal): .signaled(signal)
                }
            child.withLock { $0?.end(ending) }
        } catch {
            started.yield(.failure(error))
            child.withLock { $0?.end(.ended) }
        }
    }

    /// Runs it to its end, also after it has closed its output, as `haproxy -q` does.
    private func status<Errors: ErrorOutputProtocol>(
        error: Errors, begun: (Child) -> Void
    ) async throws -> TerminationStatus {
        try await Subprocess.run(
            .path("/bin/sh"), arguments: Arguments(["-c", Self.leash, "sh", program] + arguments),
            environment: ProgramPath.environment(with: environment), platformOptions: Self.options, input: .inputWriter,
            output: .sequence, error: error
        ) { execution in
            let new = Child(name: name, processID: execution.processIdentifier.value) { signal in
                try execution.send(signal: signal)
            }
            begun(new)
            roll.add(new)
            started.yield(.success(new))
            let lines = execution.standardOutput.strings(bufferingPolicy: .unbounded)
            for try await line in lines where hearing == .kept { new.hear(line) }
            // Whoever returns ends the standard input, and with it the program.
            var pause = Duration.milliseconds(1)
            while ProcessTable.isRunning(new.processID) {
                try await letPass(pause)
                pause = min(pause * 2, .milliseconds(200))
            }
        }.terminationStatus
    }

    /// A session of its own, so that Ctrl-C reaches us alone and the watcher knows whom to kill.
    private static var options: PlatformOptions {
        var options = PlatformOptions()
        options.createSession = true
        return options
    }
}
