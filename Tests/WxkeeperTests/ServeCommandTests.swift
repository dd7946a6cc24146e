import ArgumentParser
import Testing

@testable import wxkeeper

@Suite struct ServeCommandTests {
    /// Whatever `serve` is told, the node below a supervisor is told.
    @Test(arguments: [
        [], ["--event-loops", "7"], ["--config", "a b.yaml"], ["--log-level", "debug", "--log-format", "json"],
        ["--config", "x", "--event-loops", "64", "--log-level", "error"],
    ])
    func supervisedNode_IsToldAllThatItsParentWas(_ arguments: [String]) throws {
        let parent = try ServeCommand.parse(["--supervise"] + arguments)
        #expect(parent.childArguments.first == "serve")
        let child = try ServeCommand.parse(Array(parent.childArguments.dropFirst()))
        let alone = try ServeCommand.parse(arguments)
        #expect(child.supervised && !child.supervise)
        #expect(child.eventLoops == alone.eventLoops && child.config == alone.config)
        #expect(child.logs.arguments == alone.logs.arguments)
    }
}
