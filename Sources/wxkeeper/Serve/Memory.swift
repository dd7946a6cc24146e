internal import CMalloc

/// What the C library keeps of memory that nobody uses any more.
enum Memory {
    /// Gives it back to the system: reading a configuration of ten thousand apps takes far more than keeping them.
    static func giveBack() { _ = malloc_trim(0) }
}
