/// The numbers of this process's intents for one app.
///
/// No number is given twice, and `called` never passes `given`.
struct IntentNumbers: Sendable {
    /// Of the last one given out.
    private(set) var given: UInt64 = 0
    /// Of the last one that went on to call.
    ///
    /// An open intent above it surely never called.
    private var called: UInt64 = 0

    /// The intent that stands open, if it is of this process and never went on to call.
    func orphan(_ open: IntentID?, of incarnation: Incarnation) -> IntentID? {
        guard let open, open.number > called, open.incarnation == incarnation else { return nil }
        return open
    }

    mutating func next() -> UInt64 {
        given += 1
        return given
    }

    mutating func calls(_ number: UInt64) { called = number }

    /// Begins above all that were given for apps that are kept no more.
    mutating func begin(above last: UInt64) { (given, called) = (last, last) }
}
