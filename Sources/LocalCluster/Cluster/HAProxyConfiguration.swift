/// The load balancer in front of the nodes.
///
/// For three nodes on the usual ports it is, line for line, what stands in `deploy/haproxy/haproxy.cfg` below its
/// comments; a test sees to that.
package struct HAProxyConfiguration {
    private let port: Int
    private let nodes: [(name: String, port: Int)]
    private let places: [String: Place]

    /// Listens on `port` of the loopback address for nodes that listen on theirs, or in their places.
    package init(port: Int, nodes: [(name: String, port: Int)], places: [String: Place] = [:]) {
        self.port = port
        self.nodes = nodes
        self.places = places
    }

    package var text: String {
        """
        global
            maxconn 4000
            spread-checks 10

        defaults
            mode http
            timeout connect 500ms
            timeout client 30s
            timeout http-request 5s
            timeout http-keep-alive 60s
            timeout queue 2s
            retries 3
            option redispatch 1
            retry-on conn-failure empty-response response-timeout

        frontend wxkeeper
            bind 127.0.0.1:\(port)
            acl held path,url_dec -m reg ^/+(token/+refresh|cgi-bin/+stable_token)/*$
            use_backend refresh if held or { path_beg /operate/ }
            default_backend read

        backend read
            balance roundrobin
            retry-on conn-failure empty-response response-timeout 503
            timeout server 1s
            timeout check 500ms
            option httpchk GET /readyz
            default-server check inter 1s fastinter 250ms fall 2 rise 2
        \(servers)

        backend refresh
            balance roundrobin
            timeout server 17s
            timeout check 500ms
            option httpchk GET /readyz
            default-server check inter 1s fastinter 250ms fall 2 rise 2
        \(servers)

        """
    }

    private var servers: String {
        nodes.map { "    server \($0.name) \((places[$0.name] ?? .here).host):\($0.port)" }.joined(separator: "\n")
    }
}
