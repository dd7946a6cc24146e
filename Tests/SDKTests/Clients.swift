import Foundation
import LocalCluster

/// Programs that ask the cluster, each with another HTTP client or with the class that the guide prints for a language.
///
/// They are made once, in a folder of what `deploy/sdks.sh` has made, which keeps what the compilers remember.
struct Clients {
    private let folder: URL
    private let python: String

    static let made = Task {
        try await Clients(in: URL(filePath: sdks ?? "").appending(path: "clients"), python: "\(sdks ?? "")/bin/python3")
    }

    /// One program with one client.
    struct Client: CustomStringConvertible {
        let language, name: String
        let program: String
        let arguments: [String]

        var description: String { "\(language) \(name)" }
    }

    /// .NET is in no distribution: `dotnet` sends byte for byte what the class in C# makes it send.
    var all: [Client] {
        func clients(_ language: String, _ program: String, _ arguments: [String], _ names: [String]) -> [Client] {
            names.map { Client(language: language, name: $0, program: program, arguments: arguments + [$0]) }
        }
        let sources = Recipes.programs.appending(path: "clients").path
        return clients(
            "Python", python, ["\(sources)/client.py"],
            [
                "class", "requests", "urllib", "aiohttp", "httpx", "curl", "curl --http2", "curl with Expect", "wget",
                "dotnet",
            ])
            + clients("Java", "java", ["-cp", classPath, "Client"], ["class", "HttpClient", "HttpURLConnection"])
            + clients("Go", "\(folder.path)/go/client", [], ["class", "net/http"])
            + clients("Node", "node", ["\(sources)/client.js"], ["class", "fetch", "http"])
            + clients("PHP", "php", ["\(sources)/client.php"], ["class", "curl", "file_get_contents", "fsockopen"])
    }

    /// What a program finds the class of its language by.
    var environment: [String: String] {
        ["CLASSES": folder.path, "PYTHONPATH": folder.path, "PYTHONDONTWRITEBYTECODE": "1"]
    }

    private var classPath: String { "\(folder.path)/java:/usr/share/java/gson.jar" }

    private init(in folder: URL, python: String) async throws {
        self.folder = folder
        self.python = python
        for (language, path) in [
            ("go", "go/keeper/keeper.go"), ("python", "keeper.py"), ("js", "keeper.js"), ("java", "java/Keeper.java"),
            ("php", "Keeper.php"),
        ] {
            try write(try Recipes.block(of: language, in: "client.md"), to: path)
        }
        for (source, path) in [("client.go", "go/main.go"), ("Client.java", "java/Client.java")] {
            let text = try String(contentsOf: Recipes.programs.appending(path: "clients/\(source)"), encoding: .utf8)
            try write(text, to: path)
        }
        try write("module wxkeeper.example/clients\n\ngo 1.19\n", to: "go/go.mod")
        try await compile("java", "javac --release 11 -cp \(classPath) Client.java Keeper.java")
        try await compile("go", "go build -o client .")
    }

    private func write(_ text: String, to path: String) throws {
        let file = folder.appending(path: path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    private func compile(_ language: String, _ command: String) async throws {
        try await withChildren { children in
            let child = try await children.start(
                "sh", ["-c", "cd '\(folder.path)/\(language)' && \(command)"], name: command,
                environment: [
                    "GOCACHE": "\(folder.path)/go-cache", "GOPATH": "\(folder.path)/go-path", "GOTOOLCHAIN": "local",
                    "GOPROXY": "off",
                ])
            guard try await child.ended(within: .seconds(180)) == .exited(0) else {
                throw NotCompiled(description: "\(command): \(child.output)")
            }
        }
    }

    private struct NotCompiled: Error, CustomStringConvertible {
        let description: String
    }
}
