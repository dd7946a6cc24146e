internal import ArgumentParser

/// With what the program ends.
///
/// The numbers are those of `sysexits.h`, which scripts and service managers know.
enum ExitStatus: Int32, Sendable, CaseIterable {
    case done = 0
    case failed = 1
    /// The command line is wrong. The argument parser uses this number by itself.
    case usage = 64
    /// The node could not be reached.
    case unreachable = 69
    /// Another living node has this node's name.
    case nameTaken = 75
    /// The configuration is wrong.
    case configuration = 78

    /// To be thrown by a command that has told its reason on standard error.
    var exitCode: ExitCode { ExitCode(rawValue) }
}
