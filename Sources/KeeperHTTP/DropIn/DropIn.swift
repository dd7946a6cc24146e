internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// What answers a program that takes us for WeChat.
struct DropIn: Sendable {
    /// Where its fields stand.
    let form: DropInForm
    /// What answers.
    let handle: @Sendable (DropInRequest) async throws -> Response

    init(_ form: DropInForm, _ handle: @escaping @Sendable (DropInRequest) async throws -> Response) {
        self.form = form
        self.handle = handle
    }

    /// Answers a request that came on `channel`.
    func answer(_ request: Request, on channel: any Channel) async throws -> Response {
        guard form.methods.contains(request.method) else { throw form.wrongMethod }
        return try await handle(DropInRequest(fields: form.fields(of: request, from: channel), channel: channel))
    }
}

/// A request that is put as to WeChat, and not checked yet.
struct DropInRequest: Sendable {
    /// What it says.
    let fields: DropInFields
    /// The connection it came on.
    let channel: any Channel
}

extension Request {
    /// Whether it is put as to WeChat, although its path is one of our own too: it names itself by a `secret` alone.
    var isPutAsToWeChat: Bool { headers[.authorization] == nil && uri.queryParameters["secret"] != nil }
}
