/// What a program did between two moments, as valgrind's callgrind counts it.
///
/// https://valgrind.org/docs/manual/cl-format.html
struct CallCounts: Sendable {
    /// Instructions in the program's own code and its libraries'; not the kernel's.
    let instructions: Int
    /// Pieces of memory that were asked for.
    let allocations: Int
    /// How often it received something.
    let receptions: Int

    private static let allocators: Set<Substring> = [
        "malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc", "memalign",
    ]
    private static let receivers: Set<Substring> = ["read", "recv", "recvfrom", "recvmsg", "__read_nocancel"]

    /// Takes in the file that callgrind has written.
    init(_ text: String) {
        var (instructions, calls) = (0, [Substring: Int]())
        var names: [Substring: Substring] = [:]
        var callee: Substring = ""
        for line in text.split(separator: "\n") {
            if line.hasPrefix("fn=(") || line.hasPrefix("cfn=(") {
                // A function has its name behind its number where it stands for the first time, and only there.
                let words = line.drop { $0 != "(" }.split(separator: " ", maxSplits: 1)
                if words.count == 2 { names[words[0]] = words[1] }
                if line.hasPrefix("c") { callee = words[0] }
            } else if line.hasPrefix("calls=") {
                calls[callee, default: 0] += Int(line.dropFirst(6).prefix { $0.isNumber }) ?? 0
            } else if line.hasPrefix("totals: ") {
                instructions = Int(line.dropFirst(8)) ?? 0
            }
        }
        func sum(of functions: Set<Substring>) -> Int {
            calls.reduce(0) { $0 + (names[$1.key].map(functions.contains) ?? false ? $1.value : 0) }
        }
        self.instructions = instructions
        (allocations, receptions) = (sum(of: Self.allocators), sum(of: Self.receivers))
    }
}
