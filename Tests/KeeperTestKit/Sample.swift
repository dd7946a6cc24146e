/// A good configuration file, into which a test puts its own lines.
package struct Sample {
    package var cluster = ""
    package var node = ""
    package var wechat = ""
    package var app = ""
    package var client = ""
    /// Sections besides.
    package var other = ""

    /// Variables that are a configuration without a file.
    package static let variables = [
        "WXKEEPER_REDIS": "redis://h:1", "WXKEEPER_CLUSTER_SECRET": "cluster-secret-0123",
        "WXKEEPER_LISTEN": "0.0.0.0:80", "WXKEEPER_ADVERTISE": "http://a:80", "WXKEEPER_NODE_ID": "n1",
        "WXKEEPER_APPID": "wx1", "WXKEEPER_APPSECRET": "app-secret-01234567", "WXKEEPER_API": "classic",
        "WXKEEPER_CLIENT_KEY": "wxk_a-client-of-mine", "WXKEEPER_WECHAT_BASE_URL": "http://localhost:9100",
    ]

    package static let secret = "cluster-secret-0123456789"

    package init(
        cluster: String = "", node: String = "", wechat: String = "", app: String = "", client: String = "",
        other: String = ""
    ) {
        self.cluster = cluster
        self.node = node
        self.wechat = wechat
        self.app = app
        self.client = client
        self.other = other
    }

    package var text: String {
        """
        cluster:
          redis: redis://127.0.0.1:6379
          secret: { value: \(Self.secret) }
        \(cluster)
        node:
          id: a
        \(node)
        wechat:
          overlap: 5m
        \(wechat)
        apps:
          - appid: wx1
            secret: { value: app-secret-0123456789 }
        \(app)
        clients:
          - id: shop
            key: { value: client-key-0123456789 }
            apps: all
        \(client)
        \(other)
        """
    }
}
