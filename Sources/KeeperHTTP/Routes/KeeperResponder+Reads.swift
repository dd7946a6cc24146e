internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import NIOCore

/// What requests read: by the same routes, and after the same questions, as all else is answered.
extension KeeperResponder: RequestReader {
    func mayReadByBody(_ head: HTTPRequest) -> Bool {
        switch routes.route(at: URI(head.path ?? "").path)?.access {
        case .weChat, .client(_, _, asWeChat: .some): true
        default: false
        }
    }

    func read(_ head: HTTPRequest, _ body: ByteBuffer?, on channel: any Channel) -> CredentialRead? {
        guard head.path?.utf8.count ?? 0 <= Self.longestTarget else { return nil }
        let request = Request(head: head, body: .init(buffer: body ?? ByteBuffer()))
        guard let route = routes.route(at: request.uri.path) else { return nil }
        switch route.access {
        case .client(_, _, let dropIn?) where request.isPutAsToWeChat, .weChat(let dropIn):
            return try? dropIn.read(request, body, on: channel)
        case .client(let scope, _, _):
            guard let reads = route.reads else { return nil }
            return try? reads(admitted(request, by: route, scope, channel))
        case .anyone, .node:
            return nil
        }
    }
}
