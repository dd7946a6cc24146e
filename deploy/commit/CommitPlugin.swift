import Foundation
import PackagePlugin

/// Writes down which commit is built, before each build, as a source file of the target that uses it.
@main struct CommitPlugin: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let root = context.package.directoryURL
        let output = context.pluginWorkDirectoryURL.appending(path: "Commit")
        let known = ["PATH", "HOME", "WXKEEPER_COMMIT"]
        return [
            .prebuildCommand(
                displayName: "Which commit this is",
                executable: URL(filePath: "/bin/sh"),
                arguments: [root.appending(path: "deploy/commit.sh").path, root.path, output.path],
                environment: ProcessInfo.processInfo.environment.filter { known.contains($0.key) },
                outputFilesDirectory: output)
        ]
    }
}
