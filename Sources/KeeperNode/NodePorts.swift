public import KeeperPorts

extension Node {
    /// What a node needs of the world.
    public struct Ports: Sendable {
        let lease: any LeaseStore
        let credentials: any CredentialStore
        let source: any CredentialSource
        let forwarder: any Forwarder

        /// Bundles the four ports.
        public init(
            lease: any LeaseStore, credentials: any CredentialStore, source: any CredentialSource,
            forwarder: any Forwarder
        ) {
            self.lease = lease
            self.credentials = credentials
            self.source = source
            self.forwarder = forwarder
        }
    }
}
