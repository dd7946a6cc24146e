/// Tells what happens in a world line by line, when somebody asks.
///
/// Without a listener no sentence is ever made: a string per event makes a sweep a hundred times slower.
struct Trace: Sendable {
    private let listener: (@Sendable (String) -> Void)?

    init(_ listener: (@Sendable (String) -> Void)?) { self.listener = listener }

    /// Whether anybody listens.
    var isOn: Bool { listener != nil }

    /// One line: time, who, its mark, its epoch, what happened.
    func line(_ time: WorldTime, _ who: String, _ mark: String, _ epoch: String, _ sentence: String) {
        listener?(
            "\(pad(decimal(time.seconds), 9, left: true))  \(pad(who, 6))\(mark) \(pad(epoch, 10, left: true))  "
                + sentence)
    }
}

/// Seconds with three decimals.
func decimal(_ seconds: Double) -> String {
    let thousandths = Int64((abs(seconds) * 1000).rounded())
    let rest = String(thousandths % 1000)
    return (seconds < 0 ? "-" : "") + "\(thousandths / 1000)." + String(repeating: "0", count: 3 - rest.count) + rest
}

/// `text` brought to a width by blanks.
func pad(_ text: String, _ width: Int, left: Bool = false) -> String {
    let blanks = String(repeating: " ", count: max(0, width - text.count))
    return left ? blanks + text : text + blanks
}
