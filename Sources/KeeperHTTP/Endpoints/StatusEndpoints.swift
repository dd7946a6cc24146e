internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import KeeperPorts
internal import NIOCore

/// What people and their tools look at: `GET /status`, `GET /metrics`, the page at `GET /`, and the description of all
/// this at `GET /openapi.yaml`.
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

    /// The figures for Prometheus.
    func metrics(_ request: ClientRequest) async throws -> Response {
        let text = MetricsText(await provider.status()).text
        return Response(
            status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    /// Every request and its answers, for tools.
    ///
    /// It says nothing of this cluster, so anyone may have it.
    func description() -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/yaml"],
            body: .init(byteBuffer: ByteBuffer(bytes: PackageResources.openapi_yaml)))
    }

    private func document() async -> StatusDocument {
        StatusDocument(await provider.status(), at: Date.now)
    }
}
