internal import Foundation

/// Moments as headers tell them (RFC 9110, 5.6.7): to the second, which is made into words once.
struct HTTPDate {
    private var second: Int64?
    private var text = ""

    /// The second in which `date` lies.
    mutating func text(at date: Date) -> String {
        let second = Int64(date.timeIntervalSince1970.rounded(.down))
        if second != self.second { (self.second, text) = (second, Self.words(for: date)) }
        return text
    }

    /// The same without a memory.
    static func words(for date: Date) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = .gmt
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return formatter.string(from: date)
    }
}
