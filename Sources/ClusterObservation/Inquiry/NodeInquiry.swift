internal import Foundation

/// What is asked of a node, each answer understood.
package struct NodeInquiry: Sendable {
    private let connection: any NodeConnection
    /// Of this program.
    private let version: String

    package init(connection: any NodeConnection, version: String) {
        self.connection = connection
        self.version = version
    }

    /// An answer in both forms: the node's own bytes for programs, what they mean for people.
    package struct Answer<Meaning: Sendable>: Sendable {
        package var json: String
        package var meaning: Meaning
    }

    package func status() async throws(InquiryFailure) -> Answer<StatusReport> {
        try await ask(NodeQuestion(path: "/status"))
    }

    package func token(_ app: String) async throws(InquiryFailure) -> Answer<TokenReport> {
        try await ask(NodeQuestion(path: "/token?appid=\(Self.escaped(app))"))
    }

    package func ticket(_ type: String, of app: String) async throws(InquiryFailure) -> Answer<TicketReport> {
        try await ask(NodeQuestion(path: "/ticket?appid=\(Self.escaped(app))&type=\(Self.escaped(type))"))
    }

    private static func escaped(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }

    /// Reports `refused` as a token that WeChat has refused; without one, asks for a new token although the current
    /// one is good.
    package func refresh(_ app: String, refused: String?) async throws(InquiryFailure) -> Answer<TokenReport> {
        var fields = ["appid": app]
        fields["access_token"] = refused
        let body: Data
        do {
            body = try JSONEncoder().encode(fields)
        } catch {
            throw InquiryFailure(reason: .failed, message: "the request cannot be written as JSON")
        }
        let path = refused == nil ? "/operate/refresh" : "/token/refresh"
        return try await ask(NodeQuestion(method: .post, path: path, body: Array(body), timeout: .seconds(70)))
    }

    package func stepDown() async throws(InquiryFailure) -> Answer<HandoverReport> {
        try await handOver("/operate/step-down", [:])
    }

    /// Hands over from the node that leads now to the one named.
    package func switchover(to candidate: String) async throws(InquiryFailure) -> Answer<HandoverReport> {
        guard let leader = try await status().meaning.leader else {
            throw InquiryFailure(reason: .failed, message: "nobody leads right now")
        }
        return try await handOver("/operate/switchover", ["leader": leader, "candidate": candidate])
    }

    private func handOver(
        _ path: String, _ fields: [String: String]
    ) async throws(InquiryFailure) -> Answer<HandoverReport> {
        let body: Data
        do {
            body = try JSONEncoder().encode(fields)
        } catch {
            throw InquiryFailure(reason: .failed, message: "the request cannot be written as JSON")
        }
        return try await ask(
            NodeQuestion(method: .post, path: path, body: Array(body), timeout: .seconds(30)))
    }

    private func ask<Meaning: Decodable & Sendable>(
        _ question: NodeQuestion
    ) async throws(InquiryFailure) -> Answer<Meaning> {
        let answer = try await connection.send(question)
        guard (200...299).contains(answer.status) else { throw Self.failure(answer) }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            let meaning = try decoder.decode(Meaning.self, from: Data(answer.body))
            return Answer(json: String(decoding: answer.body, as: UTF8.self), meaning: meaning)
        } catch {
            // The error of the decoder may quote the body, and with it a token.
            let message = "the answer is not understood; is this a node of wxkeeper \(version)?"
            throw InquiryFailure(reason: .failed, message: message)
        }
    }

    private static func failure(_ answer: NodeAnswer) -> InquiryFailure {
        let report = try? JSONDecoder().decode(FailureReport.self, from: Data(answer.body))
        var message = "the node answered \(answer.status)"
        if let text = report?.errmsg { message += ": \(text.prefix(500))" }
        if let address = report?.address { message += " (--url \(address.prefix(200)))" }
        if let retryAfter = answer.retryAfter { message += "; try again in \(retryAfter) s" }
        return InquiryFailure(reason: .failed, message: message, answered: answer.status)
    }
}

/// The body of every answer that is no success.
struct FailureReport: Decodable, Sendable {
    var errmsg: String?
    /// Where the leader is, if the node asked does not lead.
    var address: String?
}

/// The body of `/token`, `/token/refresh` and `/operate/refresh`.
package struct TokenReport: Decodable, Sendable {
    package var accessToken: String?
    package var expiresIn: Int
    package var refreshed: Bool?
    package var stillValid: Bool?
    package var stale: Bool?

    /// What a refresh came to, in a sentence without the token.
    package func sentence(about app: String) -> String {
        let outcome =
            switch (refreshed ?? false, stillValid ?? false) {
            case (true, _): "has a new token"
            case (false, true): "keeps its token: WeChat still accepts it"
            case (false, false): "had a newer token already"
            }
        let uncertainty = stale == true ? ", not confirmed by the cluster" : ""
        return "\(app) \(outcome), \(expiresIn) s left\(uncertainty)"
    }
}

/// The body of `/ticket`.
package struct TicketReport: Decodable, Sendable {
    package var ticket: String
}

/// The body of `/operate/step-down` and of `/operate/switchover`.
package struct HandoverReport: Decodable, Sendable {
    package var leader: String
    package var epoch: UInt64
    package var tookMs: Int
    /// How long nobody led; older nodes do not say it.
    package var gapMs: Int?

    package var sentence: String {
        let gap = gapMs.map { ", \($0) ms of them without a leader" } ?? ""
        return "\(leader) leads now, epoch \(epoch), after \(tookMs) ms\(gap)"
    }
}
