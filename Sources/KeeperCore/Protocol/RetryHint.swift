/// How soon a caller who is sent away for want of something else than time may ask again.
enum RetryHint {
    /// Nobody leads: most takeovers are over by then.
    static let noLeader: Duration = .seconds(2)
    /// The app is looked after in another way from now on, and its token is being fetched.
    static let lineChanged: Duration = .seconds(1)
    /// Too many wait already; those who do are answered soon.
    static let tooManyWaiting: Duration = .seconds(2)
    /// WeChat cannot be asked whether the token lives.
    static let wechatUnreachable: Duration = .seconds(5)
    /// The node does not keep the app; somebody would have to change that.
    static let unknownApp: Duration = .seconds(60)
    /// The day's budget is spent: it comes back with the day, or earlier if somebody clears the quota.
    static let budgetSpent: Duration = .seconds(3600)
}
