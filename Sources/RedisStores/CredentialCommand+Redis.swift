internal import KeeperCore
internal import RedisClient

extension CredentialCommand {
    /// The script that executes this command.
    var script: Script {
        switch self {
        case .begin: .begin
        case .publish: .publish
        case .abort: .abort
        case .put: .put
        case .restore: .restore
        }
    }

    /// What the script is told besides.
    var arguments: [RedisArgument] {
        switch self {
        case .begin(let beginning): Beginning.arguments.values(of: beginning)
        case .publish(let publication): Publication.arguments.values(of: publication)
        case .abort(let abortion): Abortion.arguments.values(of: abortion)
        case .put(let putting): Putting.arguments.values(of: putting)
        case .restore(let restoration): Restoration.arguments.values(of: restoration)
        }
    }
}

extension CredentialReply {
    /// Reads what a script answered.
    static func read(
        _ reader: inout ReplyReader, store: String, from server: ServerIdentity
    ) throws(StoreError) -> CredentialReply {
        let outcome: Outcome =
            switch try reader.text() {
            case "accepted": .accepted
            case "notHolder": .notHolder
            case "changed": .changed
            case "superseded": .superseded
            default: throw ReplyReader.unreadable
            }
        return CredentialReply(
            server: server, store: store, outcome: outcome, record: try reader.optional(CredentialRecord.read))
    }
}

extension CredentialRecord {
    /// Reads what `show` of the scripts writes.
    static func read(_ reader: inout ReplyReader) throws(StoreError) -> CredentialRecord {
        var record = CredentialRecord(
            app: AppID(try reader.text()), event: try reader.count(), version: try reader.count(),
            epoch: Epoch(try reader.count()))
        record.issue = try reader.optional(Issue.read)
        record.previous = try reader.text().split(separator: ",").map { Fingerprint(String($0)) }
        record.intent = try reader.optional(OpenIntent.read)
        record.uncertainty = try reader.optional(StoredUncertainty.read)
        record.trouble = try reader.optional(Trouble.read)
        record.rotationsToday = Int(clamping: try reader.number())
        record.externalRotations = try reader.optional(ExternalRotations.read)
        return record
    }
}

// Ages are never negative, even if the store's clock was set back between writing and reading.

extension CredentialRecord.Issue {
    fileprivate static func read(_ reader: inout ReplyReader) throws(StoreError) -> Self {
        let token = Token(try reader.text())
        let fingerprint = Fingerprint(try reader.text())
        return Self(
            token: token, fingerprint: fingerprint, life: try reader.milliseconds(), left: try reader.milliseconds(),
            age: try reader.milliseconds().atLeastZero)
    }
}

extension OpenIntent {
    fileprivate static func read(_ reader: inout ReplyReader) throws(StoreError) -> OpenIntent {
        // An id that is not of our form still stands for a call that was begun; no decision will ever match it.
        let text = try reader.text()
        let id = IntentID(text) ?? IntentID(incarnation: Incarnation(text), number: 0)
        return OpenIntent(
            id: id, epoch: Epoch(try reader.count()), event: try reader.count(),
            age: try reader.milliseconds().atLeastZero)
    }
}

extension StoredUncertainty {
    fileprivate static func read(_ reader: inout ReplyReader) throws(StoreError) -> StoredUncertainty {
        StoredUncertainty(event: try reader.count(), age: try reader.milliseconds().atLeastZero)
    }
}

extension ExternalRotations {
    fileprivate static func read(_ reader: inout ReplyReader) throws(StoreError) -> ExternalRotations {
        ExternalRotations(count: Int(clamping: try reader.number()), age: try reader.milliseconds().atLeastZero)
    }
}

extension Trouble {
    fileprivate static func read(_ reader: inout ReplyReader) throws(StoreError) -> Trouble {
        Trouble(errcode: try reader.optionalNumber().map { Int(clamping: $0) }, summary: try reader.wording())
    }
}
