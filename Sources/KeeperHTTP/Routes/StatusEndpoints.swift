internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import KeeperPorts
internal import NIOCore

/// What people and their tools look at: `GET /status` and the page at `GET /`.
struct StatusEndpoints: Sendable {
    let provider: any CredentialProvider
    let page = StatusPage()

    /// The cluster as this node sees it.
    func status(_ request: ClientRequest) async throws -> Response {
        try Response(encoding: await document())
    }

    /// The same for a person.
    func page(_ request: ClientRequest) async throws -> Response {
        let html = page.render(await document(), at: Date.now)
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/html; charset=utf-8",
                .contentSecurityPolicy: page.contentSecurityPolicy,
                .referrerPolicy: "no-referrer",
            ],
            body: .init(byteBuffer: ByteBuffer(string: html)))
    }

    private func document() async -> StatusDocument {
        StatusDocument(await provider.status(), at: Date.now)
    }
}
