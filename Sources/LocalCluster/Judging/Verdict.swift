internal import ClusterObservation

/// What a fault did to callers and to WeChat, in one line.
package struct Verdict: CustomStringConvertible, Sendable {
    package var fault: String
    package var gap: Duration?
    package var refreshGap: Duration?
    package var reads = 0
    package var failedReads = 0
    /// Tokens that WeChat no longer accepted when they were delivered, on either reading of its promise.
    package var deadTokens = 0
    /// Those of them that had just become the third newest, and are dead on the strict reading alone.
    package var overtakenTokens = 0
    package var slowestRead = Duration.zero
    package var refreshes = 0
    package var failedRefreshes = 0
    /// Calls to WeChat for a token; questions whether one lives are not counted.
    package var fetches = 0
    /// Calls that issued a token.
    package var issues = 0
    package var overlaps = 0
    package var terms = 0

    package var description: String {
        """
        fault=\(fault) gap_ms=\(gap.milliseconds) refresh_gap_ms=\(refreshGap.milliseconds) \
        failed_reads=\(failedReads)/\(reads) failed_refreshes=\(failedRefreshes) issues=\(issues) \
        overlaps=\(overlaps) dead_tokens=\(deadTokens) overtaken_tokens=\(overtakenTokens) \
        slowest_read_ms=\(slowestRead.wholeMilliseconds) terms=\(terms)
        """
    }
}

extension Duration? {
    fileprivate var milliseconds: String {
        map { "\($0.wholeMilliseconds)" } ?? "-"
    }
}
