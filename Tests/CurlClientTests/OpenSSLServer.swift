import ClusterObservation
import LocalCluster

/// `openssl s_server` on a free port, with a self-signed certificate made for the occasion.
struct OpenSSLServer {
    let port: Int
    /// The certificate, which is its own authority.
    let certificate: String

    enum Failure: Error {
        case openssl(String)
    }

    /// Runs `body` while the server listens; afterwards process and files are gone.
    /// - Parameter name: the only DNS name in the certificate.
    static func with<T: Sendable>(name: String, _ body: (OpenSSLServer) async throws -> T) async throws -> T {
        try await Folder.with { folder in
            let certificate = folder.path + "/certificate.pem", key = folder.path + "/key.pem"
            try await makeCertificate(name: name, certificate: certificate, key: key)
            return try await withChildren { children in
                let server = try await children.start(
                    "openssl", ["s_server", "-accept", "127.0.0.1:0", "-www", "-cert", certificate, "-key", key],
                    name: "openssl")
                return try await body(OpenSSLServer(port: listeningPort(of: server), certificate: certificate))
            }
        }
    }

    private static func makeCertificate(name: String, certificate: String, key: String) async throws {
        let arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=\(name)", "-addext", "subjectAltName=DNS:\(name)", "-keyout", key, "-out", certificate,
        ]
        let end = try await Finished(running: "openssl", arguments)
        guard end.ending == .exited(0) else { throw Failure.openssl(end.errors) }
    }

    /// From the line `ACCEPT 127.0.0.1:PORT`.
    private static func listeningPort(of server: Child) async throws -> Int {
        var port: Int?
        try await eventually("openssl listens") {
            guard server.ending == nil else { throw Failure.openssl(server.output) }
            let line = server.output.split(separator: "\n").first { $0.hasPrefix("ACCEPT") }
            port = line?.split(separator: ":").last.flatMap { Int($0) }
            return port != nil
        }
        guard let port else { throw Failure.openssl(server.output) }
        return port
    }
}
