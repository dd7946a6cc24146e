internal import KeeperCore

/// The body of `POST /internal/refresh`.
struct RefreshMessage: Codable {
    var appid: String
    /// The token WeChat refused; nil if an operator asks.
    var refused: String?

    init(_ app: AppID, _ reason: RefreshRequest.Reason) {
        appid = app.rawValue
        switch reason {
        case .refused(let token): refused = token.secret
        case .operatorAsked: refused = nil
        }
    }

    var reason: RefreshRequest.Reason {
        refused.map { .refused(Token($0)) } ?? .operatorAsked
    }
}

/// Who leads.
struct LeaderMessage: Codable {
    var holder: HolderMessage
    var epoch: UInt64

    init(_ hint: LeaderHint) {
        holder = HolderMessage(hint.holder)
        epoch = hint.epoch.rawValue
    }

    var hint: LeaderHint { LeaderHint(holder: holder.holder, epoch: Epoch(epoch)) }
}

/// One running node.
struct HolderMessage: Codable {
    var node: String
    var incarnation: String
    var address: String

    init(_ holder: LeaseHolder) {
        node = holder.node.rawValue
        incarnation = holder.incarnation.rawValue
        address = holder.address
    }

    var holder: LeaseHolder {
        LeaseHolder(node: NodeName(node), incarnation: Incarnation(incarnation), address: address)
    }
}

/// Why an attempt failed.
struct TroubleMessage: Codable {
    var errcode: Int?
    var summary: String

    init(_ trouble: Trouble) {
        errcode = trouble.errcode
        summary = trouble.summary
    }

    var trouble: Trouble { Trouble(errcode: errcode, summary: summary) }
}

/// The body of the answer to `GET /internal/state`: one page of what a node knows.
struct StateMessage: Codable {
    /// Records of one page.
    static let pageLength = 1000

    var holder: HolderMessage
    var highestEpochSeen: UInt64
    var syncAge: Int64?
    var records: [RecordMessage]
    /// Ask for the next page with `?after=` this; nil on the last page.
    var next: String?

    /// The page of `state` that begins after the appid `after`.
    init(_ state: MemberState, after: String?) {
        let rest = state.records
            .filter { record in after.map { $0 < record.app.rawValue } ?? true }
            .sorted { $0.app < $1.app }
        holder = HolderMessage(state.holder)
        highestEpochSeen = state.highestEpochSeen.rawValue
        syncAge = state.syncAge.map(\.milliseconds)
        records = rest.prefix(Self.pageLength).map(RecordMessage.init)
        next = rest.count > Self.pageLength ? records.last?.appid : nil
    }

    var state: MemberState {
        MemberState(
            holder: holder.holder, highestEpochSeen: Epoch(highestEpochSeen),
            syncAge: syncAge.map { .milliseconds($0) },
            records: records.map(\.record))
    }
}

/// The body of the answer to `GET /internal/apps`: who answers, and what it keeps.
struct IntroductionMessage: Codable {
    var holder: HolderMessage
    /// Names and lines; nil if that is what the request's digest stands for.
    var apps: [App]?

    /// One app or ticket.
    struct App: Codable {
        var name: String
        var line: String
    }

    init(_ introduction: Introduction) {
        holder = HolderMessage(introduction.holder)
        apps = introduction.apps.map { $0.map { App(name: $0.id.rawValue, line: $0.line) } }
    }

    var introduction: Introduction {
        Introduction(
            holder: holder.holder, apps: apps.map { $0.map { KeptApp(id: AppID($0.name), line: $0.line) } })
    }
}
