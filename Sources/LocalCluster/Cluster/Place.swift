internal import ClusterObservation

/// Where a process of a cluster runs, if not beside everybody else: on what takes itself for a machine of its own.
package struct Place: Sendable {
    /// Under which address the others find it.
    package let host: String
    /// A program and its arguments that start what follows them there, such as `nsenter`.
    private let entrance: [String]

    package init(host: String, entrance: [String]) {
        self.host = host
        self.entrance = entrance
    }

    /// Beside everybody else.
    static let here = Place(host: loopback, entrance: [])

    /// The address of this machine that no other can reach.
    package static let loopback = Connection.loopback

    /// What to start so that `program` runs there, under the process id of what was started.
    func command(_ program: String, _ arguments: [String]) -> (program: String, arguments: [String]) {
        let words = entrance + [program] + arguments
        return (words[0], Array(words.dropFirst()))
    }
}
