// What may be done to a cluster that this command has not made.
extension DrillName {
    /// Why this drill is not run on one's own cluster; nil if it is.
    package func refusal(isMeant: Bool) -> String? {
        switch self {
        case .stepDown, .switchover:
            return nil
        case .stampede:
            return isMeant ? nil : "two hundred callers at once may be noticed; add --i-mean-it"
        case .killLeader, .pauseLeader, .rollingRestart:
            return "it sends signals to processes that this command does not own, --i-mean-it or not; "
                + "docs/drill.md says how to do it by hand"
        case .redisDown, .redisEmpty, .cutLeaderFromRedis, .cutLeaderFromWeChat, .weChatDown:
            return "it cuts what this command does not own, --i-mean-it or not; docs/drill.md says how to do it by hand"
        }
    }
}
