internal import NIOCore

/// The fields of a request that is put as to WeChat.
struct DropInFields: Sendable {
    private var values: [String: LooseValue] = [:]

    init(_ values: [String: LooseValue] = [:]) { self.values = values }

    /// The fields of a body in JSON, a multipart form or a form.
    ///
    /// By what the body looks like; what its type says is often wrong: curl calls everything a form.
    init(lenient body: ByteBuffer, type: String) {
        if let object = LooseValue.object(in: body) {
            self.init(object)
        } else if let boundary = MultipartText.boundary(in: type) {
            self.init(texts: MultipartText.fields(String(buffer: body), boundary: boundary))
        } else {
            self.init(texts: FormText.fields(String(buffer: body), plusIsSpace: true))
        }
    }

    private init(texts: [String: String]) { values = texts.mapValues { .text($0) } }

    /// Puts these texts in the place of what was there by their names.
    mutating func replace(with texts: [String: String]) {
        for (name, text) in texts { values[name] = .text(text) }
    }

    /// The text of a field, if it is there and not empty; a value of another type is as good as none.
    subscript(name: String) -> String? { try? values[name]?.text() }

    /// The text of a field, if it is there and not empty; throws if it is of another type.
    func text(_ name: String) throws(DropInFailure) -> String? { try values[name]?.text() }

    /// A field as yes or no; no if it is not there.
    func flag(_ name: String) throws(DropInFailure) -> Bool { try values[name]?.flag() ?? false }
}
