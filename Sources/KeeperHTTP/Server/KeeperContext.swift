internal import Hummingbird
internal import NIOCore

/// What Hummingbird carries along with a request: its own storage, and the connection.
struct KeeperContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The connection the request came on.
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }
}
