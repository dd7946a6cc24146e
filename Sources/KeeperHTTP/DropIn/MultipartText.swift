/// The form that PHP's curl makes of an array, and .NET's `MultipartFormDataContent` (`multipart/form-data`, RFC 7578).
enum MultipartText {
    /// The boundary that a `Content-Type` names, if it is of this kind.
    static func boundary(in type: String) -> String? {
        type.lowercased().hasPrefix("multipart/form-data") ? parameter("boundary", of: type[...]) : nil
    }

    /// The fields with a value; of several with one name the first.
    ///
    /// Lines may end with LF alone.
    static func fields(_ text: String, boundary: String) -> [String: String] {
        var fields: [String: String] = [:]
        for part in text.replacing("\r\n", with: "\n").split(separator: "--\(boundary)") {
            guard let gap = part.firstRange(of: "\n\n"), part.last == "\n", let name = name(in: part[..<gap.lowerBound])
            else { continue }
            let value = part[gap.upperBound...].dropLast()
            if fields[name] == nil, !value.isEmpty { fields[name] = String(value) }
        }
        return fields
    }

    private static func name(in head: Substring) -> String? {
        head.split(separator: "\n")
            .first { $0.lowercased().hasPrefix("content-disposition:") }
            .flatMap { parameter("name", of: $0) }
    }

    /// The value of a parameter in a header, in quotation marks or, as .NET writes it, without.
    private static func parameter(_ name: String, of header: Substring) -> String? {
        for parameter in header.split(separator: ";").dropFirst() {
            let parts = parameter.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, parts[0].filter({ $0 != " " }).lowercased() == name else { continue }
            return parts[1].filter { $0 != "\"" && $0 != " " }
        }
        return nil
    }
}
