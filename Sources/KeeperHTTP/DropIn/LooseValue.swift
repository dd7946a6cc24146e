internal import Foundation
internal import NIOCore

/// A member of a JSON object whose type nobody promises: programs send `"false"`, `0` and `null` where WeChat's manual
/// says `false`.
enum LooseValue: Decodable, Equatable {
    case text(String)
    case number(Double)
    case flag(Bool)
    case null
    /// An array or an object.
    case other

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let flag = try? value.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let text = try? value.decode(String.self) {
            self = .text(text)
        } else {
            self = .other
        }
    }

    /// The members of a JSON object; nil if the bytes are none.
    ///
    /// A byte-order mark before it does not count.
    static func object(in bytes: ByteBuffer) -> [String: LooseValue]? {
        var text = bytes.readableBytesView
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
        return try? JSONDecoder().decode([String: LooseValue].self, from: Data(text))
    }

    /// As a text, such as an appid; an empty one is as good as none.
    ///
    /// Throws where there is a value that is none.
    func text() throws(DropInFailure) -> String? {
        switch self {
        case .text(let text): text.isEmpty ? nil : text
        case .number(let number): Int64(exactly: number).map(String.init) ?? String(number)
        case .null: nil
        case .flag, .other: throw .badJSON
        }
    }

    /// As yes or no, in every spelling that is met.
    func flag() throws(DropInFailure) -> Bool {
        switch self {
        case .flag(let flag): return flag
        case .null: return false
        case .number(0): return false
        case .number(1): return true
        case .text(let text):
            switch text.lowercased() {
            case "true", "1": return true
            case "false", "0", "": return false
            default: throw .wrongFlag
            }
        case .number, .other: throw .wrongFlag
        }
    }
}
