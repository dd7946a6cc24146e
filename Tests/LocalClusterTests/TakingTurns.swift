import Testing

/// Suites of which one starts programs and the other closes ports.
///
/// Between fork and exec a new process holds whatever we have open, so a port that is closed meanwhile is still taken.
@Suite(.serialized) struct TakingTurns {}
