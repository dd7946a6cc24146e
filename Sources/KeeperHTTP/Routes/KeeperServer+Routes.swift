internal import Hummingbird

/// Every path that a node answers.
extension KeeperServer {
    var routes: [Route] { business + dropIn + health + observation + operation + nodes }

    /// What business servers come for.
    private var business: [Route] {
        let tickets = TicketEndpoints(provider: provider)
        return [
            .reading("/token", asWeChat: dropIns.token, tokens.read, tokens.token),
            .client(.post, "/token/refresh", .refresh, body: RefreshFields.form, tokens.refresh),
            .reading("/ticket", tickets.read, tickets.ticket),
            .client(.get, "/jssdk/config", .read, tickets.page),
            .client(.get, "/card/signature", .read, tickets.card),
        ]
    }

    /// WeChat's own paths.
    private var dropIn: [Route] {
        [
            .weChat("/cgi-bin/token", dropIns.token),
            .weChat("/cgi-bin/stable_token", dropIns.stableToken),
            .weChat("/cgi-bin/gettoken", dropIns.corporationToken),
            .weChat("/cgi-bin/ticket/getticket", dropIns.ticket),
        ]
    }

    /// What load balancers and supervisors ask.
    private var health: [Route] {
        let health = HealthEndpoints(provider: provider)
        return [
            .open("/livez", health.live),
            .open("/readyz", health.ready),
            .open("/leader", health.leader),
            .open("/follower", health.follower),
            .open("/health", health.health),
        ]
    }

    /// What people and their tools look at.
    private var observation: [Route] {
        let status = StatusEndpoints(provider: provider)
        return [
            .client(.get, "/", .observe, status.page),
            .client(.get, "/status", .observe, status.status),
            .client(.get, "/metrics", .observe, status.metrics),
            .open("/openapi.yaml", status.description),
        ]
    }

    /// What operators do.
    private var operation: [Route] {
        let operate = OperateEndpoints(
            provider: provider, reconfiguring: reconfiguring, tokens: tokens, logger: logger)
        let handover = HandoverEndpoints(provider: provider, logger: logger)
        return [
            .client(.post, "/operate/step-down", .operate, handover.stepDown),
            .client(.post, "/operate/switchover", .operate, body: SwitchoverFields.form, handover.switchover),
            .client(.post, "/operate/pause", .operate, body: PauseFields.form, handover.pause),
            .client(.post, "/operate/resume", .operate, handover.resume),
            .client(.post, "/operate/refresh", .operate, body: RefreshFields.form, operate.refresh),
            .client(.post, "/operate/reload", .operate, operate.reload),
        ]
    }

    /// What nodes ask each other.
    private var nodes: [Route] {
        let nodes = NodeEndpoints(provider: provider)
        return [
            .node(.post, "/internal/refresh", nodes.refresh),
            .node(.get, "/internal/state", nodes.state),
            .node(.get, "/internal/apps", nodes.apps),
        ]
    }

    private var tokens: TokenEndpoints { TokenEndpoints(provider: provider, limits: limits) }

    private var dropIns: DropInEndpoints {
        DropInEndpoints(provider: provider, registry: registry, limits: limits)
    }
}
