internal import Foundation

extension Double {
    /// The number with so many digits behind the point.
    func rounded(to digits: Int) -> String { String(format: "%.\(digits)f", self) }
}
