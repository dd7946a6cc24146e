internal import ClusterDrill
internal import ClusterObservation
internal import KeeperConfiguration
internal import KeeperCore

extension RemoteCluster {
    /// The cluster of the node that `config` describes.
    init(config: String, node: NodeOptions) throws(CommandFailure) {
        let configuration: Configuration
        do {
            configuration = try ConfigurationFile.load(config).configuration
        } catch {
            throw CommandFailure(status: .configuration, message: "\(error)")
        }
        var node = node
        node.url = node.url ?? configuration.node.advertise
        let connection = try node.connect()
        self.init(
            at: connection.url, NodeInquiry(connection: connection, version: Version.number),
            known: Known(
                name: configuration.cluster.name, leaseTTL: DurationText.write(configuration.cluster.timing.ttl),
                wechatTimeout: DurationText.write(configuration.wechat.timeout),
                apps: configuration.apps.map(\.id.rawValue)))
    }
}
