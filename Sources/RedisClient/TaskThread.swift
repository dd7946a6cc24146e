internal import NIOCore
internal import NIOPosix

/// A thread that runs the tasks which prefer it, and nothing else.
///
/// The pool in which tasks run otherwise is as wide as the machine has cores, and serves callers: what waits in it
/// waits behind as many requests as there are. The thread lasts as long as the process, so that no task can be left
/// over. Nothing on it may block.
public final class TaskThread: TaskExecutor {
    private let loop = MultiThreadedEventLoopGroup.prompt().next()

    /// Starts the thread.
    public init() {}

    /// Runs a part of a task when everything before it has run.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // SAFETY: each job was given to this executor, and is run once; the loop never ends, and holds this executor
        // as long as a job waits.
        loop.execute { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
