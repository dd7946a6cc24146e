internal import ArgumentParser
internal import KeeperConfiguration
internal import Logging
internal import ServiceLifecycle
internal import UnixSignals
internal import WeChatSimulator

/// Runs the WeChat simulator alone.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Run a simulated WeChat.",
        discussion: """
            Keeps WeChat's documented promises and breaks them on demand (docs/simulator.md). It shows every token it \
            issues: keep it on a loopback address. The secrets of --app and --wecom-app open nothing else.
            """
    )

    @Option(name: .long, help: "The address to listen on.")
    var listen = "127.0.0.1:9100"

    @Option(name: .long, help: "An app it knows, as APPID:SECRET; may be given again.")
    var app: [String] = []

    @Option(name: .long, help: "An app of WeCom it knows, as NAME:CORPID:SECRET; may be given again.")
    var wecomApp: [String] = []

    @Option(name: .long, help: "How long a token and a ticket live.")
    var lifetime = "7200s"

    @Option(name: .long, help: "How long the previous token and the previous ticket stay usable.")
    var overlap = "300s"

    func run() async throws {
        let configuration = try simulator()
        let logger = Logger(label: "wechat-simulator")
        let server = try WeChatSimulatorServer(configuration, logger: logger)
        let services = ServiceGroup(
            configuration: .init(
                services: [.init(service: server)], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { Console.output("WeChat is simulated at \(try await server.baseURL)") }
            group.addTask { try await services.run() }
            while try await group.next() != nil {}
        }
    }

    private func simulator() throws -> WeChatSimulatorServer.Configuration {
        guard let address = HostPort(listen) else {
            throw ValidationError("--listen \(listen): allowed is HOST:PORT, such as 127.0.0.1:9100")
        }
        do {
            let timing = try SimulatedWeChat.Timing(
                lifetime: try duration("--lifetime", lifetime), overlap: try duration("--overlap", overlap))
            let apps = try app.map(simulatedApp) + wecomApp.map(simulatedWeComApp)
            return .init(host: address.host, port: address.port, apps: apps, timing: timing)
        } catch let error as SimulatorError {
            throw ValidationError("\(error)")
        }
    }

    private func duration(_ option: String, _ text: String) throws -> Duration {
        guard let duration = DurationText.parse(text) else {
            throw ValidationError("\(option) \(text): allowed is a number with a unit, such as 200ms, 20s, 5m or 2h")
        }
        return duration
    }

    private func simulatedApp(_ text: String) throws -> SimulatedApp {
        guard let colon = text.firstIndex(of: ":") else {
            throw ValidationError("--app \(text): allowed is APPID:SECRET")
        }
        return try SimulatedApp(appID: String(text[..<colon]), secret: String(text[text.index(after: colon)...]))
    }

    private func simulatedWeComApp(_ text: String) throws -> SimulatedApp {
        let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3 else { throw ValidationError("--wecom-app \(text): allowed is NAME:CORPID:SECRET") }
        return try SimulatedApp(appID: parts[0], secret: parts[2], corporation: parts[1])
    }
}
