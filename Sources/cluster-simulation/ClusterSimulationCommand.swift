import ArgumentParser

@main
struct ClusterSimulationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "cluster-simulation")
}
