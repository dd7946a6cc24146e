internal import KeeperCore

/// What the demo says once it serves: where everything is, and lines to try.
struct DemoGreeting {
    let plan: DemoPlan

    var text: String {
        let front = "http://127.0.0.1:\(plan.port)"
        let simulator = "http://127.0.0.1:\(plan.simulatorPort)"
        let app = DemoPlan.classicApp
        let nodes = plan.nodes.map { "\($0.name) http://127.0.0.1:\($0.port)" }.joined(separator: "   ")
        return """

            The cluster is up. A token lives \(plan.lifetime.wholeSeconds) s here, so you can watch it being replaced.

              one address   \(front)   (HAProxy; the status page: open it with user demo, password the key below)
              nodes         \(nodes)
              WeChat        \(simulator)   (simulated)
              Redis         127.0.0.1:\(plan.redisPort)
              apps          \(app) (classic), \(DemoPlan.stableApp) (stable)

            In another terminal:

              KEY=\(plan.clientKey)

              # the same token from every node
              for port in \(plan.nodes.map { "\($0.port)" }.joined(separator: " ")); do curl -s -u demo:$KEY "http://127.0.0.1:$port/token?appid=\(app)"; echo; done

              # one leader
              for port in \(plan.nodes.map { "\($0.port)" }.joined(separator: " ")); do curl -s http://127.0.0.1:$port/health; echo; done

              # a live token is not replaced, however often it is reported
              TOKEN=$(curl -s -u demo:$KEY "\(front)/token?appid=\(app)" | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
              curl -s -u demo:$KEY \(front)/token/refresh -d '{"appid":"\(app)","access_token":"'$TOKEN'"}'

              # let WeChat drop the token, report it: it is replaced once, however many report it
              # (WeChat's word that it lives, which you have just got, answers everybody for two seconds)
              curl -s -X POST \(simulator)/simulator/revoke -d '{"appid":"\(app)"}'; sleep 2
              curl -s -u demo:$KEY \(front)/token/refresh -d '{"appid":"\(app)","access_token":"'$TOKEN'"}'

              # kill the leader and watch: readers notice nothing
              LEADER=$(curl -s \(front)/health | sed 's/.*"leader":"\\([^"]*\\)".*/\\1/')
              pkill -9 -f "wxkeeper-demo.*node-$LEADER.yaml"
              curl -s -u demo:$KEY "\(front)/token?appid=\(app)"

            Ctrl-C ends all of it.

            """
    }
}
