/// The kinds of tickets.
public enum TicketType: String, Hashable, Sendable, CaseIterable {
    /// For `wx.config` of the JS-SDK; also WeCom's ticket of the corporation.
    case jsapi
    /// For cards and coupons.
    case card = "wx_card"
    /// For `wx.agentConfig` of one WeCom application.
    case agent = "agent_config"
}
