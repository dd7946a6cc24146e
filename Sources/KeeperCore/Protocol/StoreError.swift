/// Why the store gave no answer.
///
/// Each case has a reaction of its own.
public enum StoreError: Error, Hashable, Sendable {
    /// Nothing was sent: no connection. The command has surely not run.
    case unreachable(reason: String)
    /// No answer in time; the command may have run or may still run.
    case timedOut
    /// The server answered with an error; nothing was changed.
    indirect case rejected(StoreRefusal)
}
