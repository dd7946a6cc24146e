import Foundation
import Testing

@testable import LocalCluster

@Suite struct NginxConfigurationTests {
    @Test func threeNodesOnTheUsualPorts_AreWhatWeShip() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        let shipped = try String(contentsOf: root.appending(path: "deploy/nginx/nginx.conf"), encoding: .utf8)
        let ours = NginxConfiguration(port: 2130, nodes: [("a", 2131), ("b", 2132), ("c", 2133)]).text
        #expect(lines(of: ours) == lines(of: shipped))
    }

    private func lines(of text: String) -> [Substring] {
        text.split(separator: "\n").filter { !$0.allSatisfy(\.isWhitespace) && !$0.contains("#") }
    }
}
