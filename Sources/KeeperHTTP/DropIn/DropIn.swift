internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// What answers a program that takes us for WeChat.
struct DropIn: Sendable {
    /// Where its fields stand.
    let form: DropInForm
    /// Which credential is read; nil if something else is asked for.
    let reads: @Sendable (DropInRequest) throws -> CredentialRead?
    /// What answers.
    let handle: @Sendable (DropInRequest) async throws -> Response

    init(
        _ form: DropInForm, reads: @escaping @Sendable (DropInRequest) throws -> CredentialRead?,
        _ handle: @escaping @Sendable (DropInRequest) async throws -> Response
    ) {
        self.form = form
        self.reads = reads
        self.handle = handle
    }

    /// One that does nothing but read.
    static func reading(
        _ form: DropInForm, _ read: @escaping @Sendable (DropInRequest) throws -> CredentialRead,
        with answer: @escaping @Sendable (CredentialRead) throws -> Response
    ) -> DropIn {
        DropIn(form, reads: read) { try answer(read($0)) }
    }

    /// Answers a request that came on `channel`.
    func answer(_ request: Request, on channel: any Channel) async throws -> Response {
        guard form.methods.contains(request.method) else { throw form.wrongMethod }
        let body = request.method == .post ? try await body(of: request, from: channel) : nil
        return try await handle(DropInRequest(fields: form.fields(of: request, body), channel: channel))
    }

    /// Which credential a request reads whose body is here already.
    func read(_ request: Request, _ body: ByteBuffer?, on channel: any Channel) throws -> CredentialRead? {
        guard form.methods.contains(request.method) else { return nil }
        return try reads(DropInRequest(fields: form.fields(of: request, body), channel: channel))
    }

    private func body(of request: Request, from channel: any Channel) async throws(DropInFailure) -> ByteBuffer {
        guard let body = try? await request.wholeBody(from: channel) else { throw .badBody }
        return body
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
