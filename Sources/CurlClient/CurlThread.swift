internal import CCurl
internal import Synchronization

/// The one thread that runs libcurl, and the executor of the actor that uses it.
///
/// It owns the multi handle. It turns in rounds: run the actor's jobs, let the client move bytes, sleep until a socket,
/// a time-out of libcurl's or a wake-up. Idle, it sleeps a minute at a time.
///
/// An executor must live as long as its actor, since a job that comes later would crash the process. So the thread ends
/// only from the actor's `deinit`: a job holds its actor, hence none can come any more.
@safe final class CurlThread: SerialExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var isEnding = false
    }

    /// Touched on this thread only, but for `curl_multi_wakeup`.
    // SAFETY: set once in `init`. https://curl.se/libcurl/c/curl_multi_wakeup.html: "can be called from any thread".
    nonisolated(unsafe) let multi: OpaquePointer
    private let state = Mutex(State())
    private let identity = Atomic<UInt>(0)

    /// `curl_global_init` once per process.
    ///
    /// Thread-safe by Swift's rule for static properties.
    private static let isLibraryReady: Bool = ccurl_global_init() == CURLE_OK

    init() {
        precondition(Self.isLibraryReady, "curl_global_init failed")
        // SAFETY: freed once, by the thread, after its last round.
        guard let multi = unsafe curl_multi_init() else { preconditionFailure("curl_multi_init: out of memory") }
        unsafe self.multi = multi
    }

    /// Begins the rounds.
    ///
    /// `turn` runs once in each, after the jobs.
    func start(_ turn: @escaping @Sendable () -> Void) {
        // SAFETY: the new thread takes over the one reference that is made here.
        let body = unsafe Unmanaged.passRetained(ThreadBody { self.loop(turn) })
        var thread = pthread_t()
        let code = unsafe pthread_create(
            &thread,
            nil,
            { context in
                guard let context = unsafe context else { return nil }
                unsafe Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().run()
                return nil
            },
            body.toOpaque()
        )
        precondition(code == 0, "pthread_create failed with \(code)")
        pthread_detach(thread)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        wakeUp { $0.jobs.append(job) }
    }

    /// Ends the thread.
    ///
    /// Only the actor's `deinit` may call it.
    func end() {
        wakeUp { $0.isEnding = true }
    }

    func isIsolatingCurrentContext() -> Bool? { identity.load(ordering: .relaxed) == ccurl_current_thread() }

    func checkIsolated() { precondition(isIsolatingCurrentContext() == true, "not on curl's thread") }

    /// Changes the state and cuts short this sleep or the next one, so that no change waits.
    ///
    /// All of it under the lock: once it is released, the thread may act on the change and be gone.
    private func wakeUp(_ change: (inout State) -> Void) {
        state.withLock { state in
            change(&state)
            // SAFETY: made to be called from any thread; the lock keeps the handle alive.
            unsafe curl_multi_wakeup(multi)
        }
    }

    private func loop(_ turn: () -> Void) {
        // SAFETY: the name is copied.
        unsafe ccurl_prepare_thread("curl")
        identity.store(ccurl_current_thread(), ordering: .relaxed)
        while runJobs() {
            turn()
            blockingWait()
        }
        // SAFETY: the actor is gone, and with it every transfer and whoever could wake us.
        unsafe curl_multi_cleanup(multi)
    }

    /// Runs what was enqueued before this round; false if the end has come.
    private func runJobs() -> Bool {
        let (batch, isEnding) = state.withLock { state in
            defer { state.jobs.removeAll() }
            return (state.jobs, state.isEnding)
        }
        // SAFETY: each job was given to this executor, and is run once.
        for job in batch { unsafe job.runSynchronously(on: asUnownedSerialExecutor()) }
        return !isEnding
    }

    /// Sleeps.
    ///
    /// Keeps its name for profilers.
    @inline(never) private func blockingWait() {
        // SAFETY: no extra descriptors, so there is nothing to point to.
        let code = unsafe curl_multi_poll(multi, nil, 0, 60_000, nil)
        // Only lack of memory or descriptors gets here; try again, but do not spin.
        if code != CURLM_OK { usleep(1_000) }
    }
}

/// Carries the closure through `pthread_create`'s pointer.
private final class ThreadBody {
    let run: () -> Void
    init(_ run: @escaping () -> Void) { self.run = run }
}
