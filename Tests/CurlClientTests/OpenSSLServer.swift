import Foundation

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
    static func with<T>(name: String, _ body: (OpenSSLServer) async throws -> T) async throws -> T {
        let folder = FileManager.default.temporaryDirectory.appending(path: "wxkeeper-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let certificate = folder.appending(path: "certificate.pem").path
        let key = folder.appending(path: "key.pem").path
        try makeCertificate(name: name, certificate: certificate, key: key)

        let server = Process()
        let output = Pipe()
        server.executableURL = URL(filePath: "/usr/bin/env")
        server.arguments = ["openssl", "s_server", "-accept", "127.0.0.1:0", "-www", "-cert", certificate, "-key", key]
        server.standardOutput = output
        server.standardError = FileHandle.nullDevice
        server.standardInput = FileHandle.nullDevice
        try server.run()
        defer {
            // SIGKILL: Foundation starts it with the signals of a Dispatch thread blocked, SIGTERM among them.
            kill(server.processIdentifier, SIGKILL)
            server.waitUntilExit()
        }
        return try await body(OpenSSLServer(port: listeningPort(output), certificate: certificate))
    }

    private static func makeCertificate(name: String, certificate: String, key: String) throws {
        let openssl = Process()
        openssl.executableURL = URL(filePath: "/usr/bin/env")
        openssl.arguments = [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-days", "2", "-subj", "/CN=\(name)", "-addext", "subjectAltName=DNS:\(name)",
            "-keyout", key, "-out", certificate,
        ]
        openssl.standardError = FileHandle.nullDevice
        try openssl.run()
        openssl.waitUntilExit()
        guard openssl.terminationStatus == 0 else { throw Failure.openssl("no certificate") }
    }

    /// Reads up to the line `ACCEPT 127.0.0.1:PORT`.
    private static func listeningPort(_ output: Pipe) throws -> Int {
        var text = ""
        while true {
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { throw Failure.openssl("it ended before it listened") }
            text += String(decoding: data, as: UTF8.self)
            for line in text.split(separator: "\n").dropLast(text.hasSuffix("\n") ? 0 : 1) {
                if line.hasPrefix("ACCEPT"), let port = line.split(separator: ":").last.flatMap({ Int($0) }) {
                    return port
                }
            }
        }
    }
}
