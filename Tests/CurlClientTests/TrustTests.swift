import CurlClient
import Testing

/// Certificates are verified, and a server that fails gets nothing.
@Suite struct TrustTests {
    let client = CurlClient()

    @Test func trustedCertificate_IsAccepted() async throws {
        try await OpenSSLServer.with(name: "localhost") { server in
            let request = HTTPRequest(
                try url(server.port, scheme: "https", host: "localhost"),
                authorityFile: server.certificate
            )
            let outcome = await client.outcome(request)
            #expect(outcome.reply?.status == 200, "\(outcome.printed)")
        }
    }

    @Test func selfSignedCertificate_IsRefused_BeforeAnythingIsSent() async throws {
        try await OpenSSLServer.with(name: "localhost") { server in
            let outcome = await client.outcome(
                HTTPRequest(try url(server.port, scheme: "https", host: "localhost"))
            )
            #expect(outcome.notSent == .tls, "\(outcome.printed)")
            #expect(!outcome.printed.contains(secret))
        }
    }

    @Test func certificateOfAnotherName_IsRefused_BeforeAnythingIsSent() async throws {
        try await OpenSSLServer.with(name: "elsewhere.example") { server in
            let request = HTTPRequest(
                try url(server.port, scheme: "https", host: "localhost"),
                authorityFile: server.certificate
            )
            let outcome = await client.outcome(request)
            #expect(outcome.notSent == .tls, "\(outcome.printed)")
        }
    }

    @Test func serverWithoutTLS_IsRefused_BeforeAnythingIsSent() async throws {
        try await ScriptedServer.with(.answer(okay)) { server in
            let outcome = await client.outcome(
                HTTPRequest(try url(server.port, scheme: "https")),
                before: .now + .seconds(1)
            )
            #expect(outcome.notSent != nil, "\(outcome.printed)")
            #expect(server.requestCount == 0)
        }
    }

    @Test func missingAuthorityFile_IsNotSent() async throws {
        try await OpenSSLServer.with(name: "localhost") { server in
            let request = HTTPRequest(
                try url(server.port, scheme: "https", host: "localhost"),
                authorityFile: "/nonexistent/ca.pem"
            )
            let outcome = await client.outcome(request)
            #expect(outcome.notSent == .request, "\(outcome.printed)")
        }
    }
}
