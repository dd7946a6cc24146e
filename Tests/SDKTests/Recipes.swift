import Foundation

/// The programs of the guides, taken from the guides themselves, so that what is read there is what runs here.
struct Recipes {
    /// Where the Python modules `keeper` and `recipes.…` are.
    let folder: URL

    private static let repository = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// The programs beside these tests.
    static let programs = repository.appending(path: "Tests/SDKTests/Programs")

    /// Writes the Python of the guides into a new folder.
    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "recipes-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder.appending(path: "recipes"), withIntermediateDirectories: true)
        try write(try Self.block(of: "python", in: "client.md"), "keeper")
        let given = """
            import os
            from keeper import Keeper
            KEEPER_URL, KEEPER_KEY = os.environ["KEEPER_URL"], os.environ["KEEPER_KEY"]
            keeper = Keeper(KEEPER_URL, KEEPER_KEY, os.environ["APPID"])

            """
        for (module, guide, number) in [
            ("wechatpy_hook", "wechatpy.md", 0), ("wechatpy_drop_in", "wechatpy.md", 1),
            ("werobot_hook", "werobot.md", 0),
        ] {
            try write(given + Self.block(number, of: "python", in: guide), "recipes/\(module)")
        }
    }

    func remove() throws { try FileManager.default.removeItem(at: folder) }

    private func write(_ text: String, _ module: String) throws {
        try Data(text.utf8).write(to: folder.appending(path: "\(module).py"))
    }

    /// The block of that number, of those in one language, in a guide.
    static func block(_ number: Int = 0, of language: String, in guide: String) throws -> String {
        let text = try String(contentsOf: repository.appending(path: "docs/sdk/\(guide)"), encoding: .utf8)
        let blocks = text.components(separatedBy: "```\(language)\n").dropFirst().map {
            $0.components(separatedBy: "\n```")[0]
        }
        guard blocks.indices.contains(number) else {
            throw NoSuchBlock(guide: guide, language: language, number: number)
        }
        return blocks[number] + "\n"
    }

    private struct NoSuchBlock: Error {
        let guide, language: String
        let number: Int
    }
}
