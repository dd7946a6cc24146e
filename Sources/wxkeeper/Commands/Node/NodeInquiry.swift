internal import Foundation
internal import KeeperConfiguration

/// What the commands ask of a node, each answer understood.
struct NodeInquiry {
    let connection: any NodeConnection

    /// An answer in both forms: the node's own bytes for programs, what they mean for people.
    struct Answer<Meaning> {
        var json: String
        var meaning: Meaning
    }

    func status() async throws(CommandFailure) -> Answer<StatusReport> {
        try await ask(NodeQuestion(path: "/status"))
    }

    func token(_ app: String) async throws(CommandFailure) -> Answer<TokenReport> {
        try await ask(NodeQuestion(path: "/token?appid=\(Self.escaped(app))"))
    }

    func ticket(_ type: String, of app: String) async throws(CommandFailure) -> Answer<TicketReport> {
        try await ask(NodeQuestion(path: "/ticket?appid=\(Self.escaped(app))&type=\(Self.escaped(type))"))
    }

    private static func escaped(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }

    /// Reports `refused` as a token that WeChat has refused; without one, asks for a new token although the current
    /// one is good.
    func refresh(_ app: String, refused: Secret?) async throws(CommandFailure) -> Answer<TokenReport> {
        var fields = ["appid": app]
        fields["access_token"] = refused?.reveal()
        let body: Data
        do {
            body = try JSONEncoder().encode(fields)
        } catch {
            throw CommandFailure(status: .failed, message: "the request cannot be written as JSON")
        }
        let path = refused == nil ? "/operate/refresh" : "/token/refresh"
        return try await ask(NodeQuestion(method: .post, path: path, body: Array(body), timeout: .seconds(70)))
    }

    func stepDown() async throws(CommandFailure) -> Answer<HandoverReport> {
        try await handOver("/operate/step-down", [:])
    }

    /// Hands over from the node that leads now to the one named.
    func switchover(to candidate: String) async throws(CommandFailure) -> Answer<HandoverReport> {
        guard let leader = try await status().meaning.leader else {
            throw CommandFailure(status: .failed, message: "nobody leads right now")
        }
        return try await handOver("/operate/switchover", ["leader": leader, "candidate": candidate])
    }

    private func handOver(
        _ path: String, _ fields: [String: String]
    ) async throws(CommandFailure) -> Answer<HandoverReport> {
        let body: Data
        do {
            body = try JSONEncoder().encode(fields)
        } catch {
            throw CommandFailure(status: .failed, message: "the request cannot be written as JSON")
        }
        return try await ask(
            NodeQuestion(method: .post, path: path, body: Array(body), timeout: .seconds(30)))
    }

    private func ask<Meaning: Decodable>(_ question: NodeQuestion) async throws(CommandFailure) -> Answer<Meaning> {
        let answer = try await connection.send(question)
        guard (200...299).contains(answer.status) else { throw Self.failure(answer) }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            let meaning = try decoder.decode(Meaning.self, from: Data(answer.body))
            return Answer(json: String(decoding: answer.body, as: UTF8.self), meaning: meaning)
        } catch {
            // The error of the decoder may quote the body, and with it a token.
            let message = "the answer is not understood; is this a node of wxkeeper \(Version.number)?"
            throw CommandFailure(status: .failed, message: message)
        }
    }

    private static func failure(_ answer: NodeAnswer) -> CommandFailure {
        let report = try? JSONDecoder().decode(FailureReport.self, from: Data(answer.body))
        var message = "the node answered \(answer.status)"
        if let text = report?.errmsg { message += ": \(text.prefix(500))" }
        if let address = report?.address { message += " (--url \(address.prefix(200)))" }
        if let retryAfter = answer.retryAfter { message += "; try again in \(retryAfter) s" }
        return CommandFailure(status: .failed, message: message, answered: answer.status)
    }
}

/// The body of every answer that is no success.
struct FailureReport: Decodable {
    var errmsg: String?
    /// Where the leader is, if the node asked does not lead.
    var address: String?
}

/// The body of `/token`, `/token/refresh` and `/operate/refresh`.
struct TokenReport: Decodable {
    var accessToken: String?
    var expiresIn: Int
    var refreshed: Bool?
    var stillValid: Bool?
    var stale: Bool?

    /// What a refresh came to, in a sentence without the token.
    func sentence(about app: String) -> String {
        let outcome =
            switch (refreshed ?? false, stillValid ?? false) {
            case (true, _): "has a new token"
            case (false, true): "keeps its token: WeChat still accepts it"
            case (false, false): "had a newer token already"
            }
        let doubt = stale == true ? ", not confirmed by the cluster" : ""
        return "\(app) \(outcome), \(expiresIn) s left\(doubt)"
    }
}

/// The body of `/ticket`.
struct TicketReport: Decodable {
    var ticket: String
}

/// The body of `/operate/step-down` and of `/operate/switchover`.
struct HandoverReport: Decodable {
    var leader: String
    var epoch: UInt64
    var tookMs: Int
    /// How long nobody led; older nodes do not say it.
    var gapMs: Int?

    var sentence: String {
        let gap = gapMs.map { ", \($0) ms of them without a leader" } ?? ""
        return "\(leader) leads now, epoch \(epoch), after \(tookMs) ms\(gap)"
    }
}
