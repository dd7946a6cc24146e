internal import ClusterDrill
internal import Foundation
internal import KeeperHTTP

/// The file that `--report` names.
struct ReportFile: Sendable {
    private let url: URL

    /// Makes sure that it can be written, before anything is done.
    init(path: String) throws(CommandFailure) {
        url = URL(fileURLWithPath: path)
        let folder = url.deletingLastPathComponent().path
        let manager = FileManager.default
        let isFolder = try? url.resourceValues(forKeys: [.isDirectoryKey]).isDirectory
        let isThere = manager.fileExists(atPath: path)
        guard isFolder != true, isThere ? manager.isWritableFile(atPath: path) : manager.isWritableFile(atPath: folder)
        else {
            throw CommandFailure(status: .usage, message: "--report \(path): cannot be written")
        }
    }

    func write(_ reading: DrillReading) throws(CommandFailure) {
        do {
            try Data(DrillReport(pageStyle: StatusPage.style).render(reading).utf8).write(to: url)
        } catch {
            throw CommandFailure(status: .failed, message: "the report cannot be written to \(url.path)")
        }
    }
}
