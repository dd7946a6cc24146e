/// The form that PHP's curl makes of an array (`multipart/form-data`, RFC 7578).
enum MultipartText {
    /// The boundary that a `Content-Type` names, if it is of this kind.
    static func boundary(in type: String) -> String? {
        guard type.lowercased().hasPrefix("multipart/form-data") else { return nil }
        for parameter in type.split(separator: ";").dropFirst() {
            let parts = parameter.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, parts[0].filter({ $0 != " " }).lowercased() == "boundary" else { continue }
            return parts[1].filter { $0 != "\"" && $0 != " " }
        }
        return nil
    }

    /// The fields with a value; of several with one name the first.
    static func fields(_ text: String, boundary: String) -> [String: String] {
        var fields: [String: String] = [:]
        for part in text.split(separator: "--\(boundary)") {
            guard let gap = part.firstRange(of: "\r\n\r\n"), part.hasSuffix("\r\n"),
                let name = name(in: part[..<gap.lowerBound])
            else { continue }
            let value = part[gap.upperBound...].dropLast()
            if fields[name] == nil, !value.isEmpty { fields[name] = String(value) }
        }
        return fields
    }

    private static func name(in head: Substring) -> String? {
        guard let start = head.firstRange(of: "name=\"") else { return nil }
        return String(head[start.upperBound...].prefix { $0 != "\"" })
    }
}
