internal import ArgumentParser
internal import Foundation
internal import Hummingbird
internal import Logging

/// The web server we build on, with one route and nothing of ours: what `reads` compares with.
struct PlainServerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plain", abstract: "Answers /token with what stands in a file.", shouldDisplay: false)

    @Option(help: "Where it listens, on the loopback address.")
    var port: Int

    @Option(help: "The file.")
    var answer: String

    func run() async throws {
        let body = ByteBuffer(string: try String(contentsOfFile: answer, encoding: .utf8))
        let router = Router()
        router.get("/token") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: body))
        }
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: port)),
            logger: Logger(label: "plain") { _ in SwiftLogNoOpLogHandler() })
        try await application.runService()
    }
}
