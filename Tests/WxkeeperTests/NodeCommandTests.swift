import ClusterObservation
import Foundation
import KeeperTestKit
import LocalCluster
import Testing

@testable import wxkeeper

/// The commands that ask a node, as a shell sees them: a sentence for people, with `--json` the node's own answer.
@Suite struct NodeCommandTests {
    private static let token = #"{"appid":"wx1","access_token":"T0","expires_in":7000}"#
    private static let refreshed = #"{"appid":"wx1","access_token":"T1","expires_in":7200,"refreshed":true}"#
    private static let ordered = #"{"appid":"wx1","fingerprint":"f","expires_in":7200,"refreshed":true}"#
    private static let ticket = #"{"appid":"wx1","ticket":"K0","expires_in":500}"#
    private static let handover = #"{"epoch":8,"gap_ms":9,"leader":"b","took_ms":312}"#
    private static let status = """
        {"node":{"name":"a","role":"leader"},"leader":"a","epoch":7,"ready":true,"reasons":[],"redis":"reachable",\
        "stale":false,"nodes":[],"apps":[],"counters":{"refreshes_done":3,"refreshes_failed":1}}
        """

    private static let answers: [String: PlayedNode.Answer] = [
        "/token": .init(body: token), "/ticket": .init(body: ticket), "/token/refresh": .init(body: refreshed),
        "/operate/refresh": .init(body: ordered), "/operate/step-down": .init(body: handover),
        "/operate/switchover": .init(body: handover), "/status": .init(body: status),
    ]

    /// A command, the node's answer to it, and how that is told to a person.
    struct Command: CustomTestStringConvertible, Sendable {
        let arguments: [String]
        let answer: String
        let words: String

        var testDescription: String { arguments.joined(separator: " ") }
    }

    static let commands = [
        Command(arguments: ["token", "wx1"], answer: token, words: "T0\n"),
        Command(arguments: ["ticket", "wx1", "--type", "jsapi"], answer: ticket, words: "K0\n"),
        Command(arguments: ["refresh", "wx1"], answer: ordered, words: "wx1 has a new token, 7200 s left\n"),
        Command(
            arguments: ["step-down"], answer: handover,
            words: "b leads now, epoch 8, after 312 ms, 9 ms of them without a leader\n"),
        Command(
            arguments: ["switchover", "--to", "b"], answer: handover,
            words: "b leads now, epoch 8, after 312 ms, 9 ms of them without a leader\n"),
        Command(
            arguments: ["status"], answer: status,
            words: """
                leader  a, epoch 7
                seen by a, leader, ready
                redis   reachable
                done    3 refreshes, 1 failed

                NODE  ROLE  EPOCH  WECHAT  ADDRESS

                APP  API  STATE  LEFT  REFRESHED  LAST ERROR

                """),
    ]

    private func variables(_ node: PlayedNode) -> [String: String] {
        ["WXKEEPER_URL": node.url, "WXKEEPER_KEY": "wxk_the-key-of-a-client"]
    }

    @Test(arguments: commands) func answer_IsToldInWords_OrAsItIsWithJSON(command: Command) async throws {
        try await PlayedNode.with(Self.answers) { node in
            let said = try await Program.run(command.arguments, variables: variables(node))
            #expect(said.output == command.words && said.errors.isEmpty && said.status == 0)
            let told = try await Program.run(command.arguments + ["--json"], variables: variables(node))
            #expect(told.output == command.answer + "\n" && told.errors.isEmpty && told.status == 0)
            for request in node.requests {
                #expect(request.contains("\r\nAuthorization: Bearer wxk_the-key-of-a-client\r\n"))
            }
        }
    }

    /// What people see of an answer is made harmless; a program gets the bytes.
    @Test func textFromAfar_IsHarmlessToATerminal() async throws {
        let body = #"{"appid":"wx1","access_token":"T\u001b[2J","ticket":"K\u0007","expires_in":1}"#
        try await PlayedNode.with(["/token": .init(body: body), "/ticket": .init(body: body)]) { node in
            let token = try await Program.run(["token", "wx1"], variables: variables(node))
            #expect(token.output == "T?[2J\n")
            let ticket = try await Program.run(["ticket", "wx1", "--type", "jsapi"], variables: variables(node))
            #expect(ticket.output == "K?\n")
        }
    }

    /// Every look is one line, until somebody stops it.
    @Test func watch_WritesOneObjectALine() async throws {
        try await PlayedNode.with(Self.answers) { node in
            try await withChildren { children in
                let child = try await children.start(
                    try BuiltProgram.path, ["status", "--watch", "--json"], name: "status",
                    environment: variables(node))
                try await eventually("two looks") { child.output.split(separator: "\n").count >= 2 }
                #expect(child.output.split(separator: "\n").allSatisfy { $0 == Self.status })
            }
        }
    }

    // MARK: Refusals

    @Test func refusal_IsToldWithWhenToTryAgain_AndEndsWith1() async throws {
        let refusal = PlayedNode.Answer(
            status: 429, body: #"{"errcode":429,"errmsg":"too recently"}"#, headers: "Retry-After: 7\r\n")
        try await PlayedNode.with(["/operate/refresh": refusal]) { node in
            let end = try await Program.run(["refresh", "wx1", "--json"], variables: variables(node))
            #expect(end.status == ExitStatus.failed.rawValue && end.output.isEmpty)
            #expect(end.errors == "the node answered 429: too recently; try again in 7 s\n")
        }
    }

    @Test func urlOfTheCommandLine_GoesBeforeThatOfTheVariable() async throws {
        try await PlayedNode.with(Self.answers) { node in
            let key = ["WXKEEPER_KEY": "wxk_the-key-of-a-client", "WXKEEPER_URL": "http://127.0.0.1:1"]
            let end = try await Program.run(["token", "wx1", "--url", node.url + "/"], variables: key)
            #expect(end.output == "T0\n" && node.requests.first?.hasPrefix("GET /token?appid=wx1 ") == true)
        }
    }

    // MARK: Standard input

    @Test func refusedToken_IsReadFromStandardInput_AndGoesIntoTheBody() async throws {
        try await PlayedNode.with(Self.answers) { node in
            let end = try await Finished(
                running: "sh", ["-c", "echo T0 | \"$0\" refresh wx1 --stale -", try BuiltProgram.path],
                environment: variables(node))
            #expect(end.output == "wx1 has a new token, 7200 s left\n" && end.errors.isEmpty)
            let request = try #require(node.requests.first)
            #expect(request.hasPrefix("POST /token/refresh "))
            let body = try #require(request.split(separator: "\r\n\r\n").last)
            let fields = try JSONDecoder().decode([String: String].self, from: Data(body.utf8))
            #expect(fields == ["appid": "wx1", "access_token": "T0"])
        }
    }

    // MARK: The log

    /// Redis is not there, which a node says as soon as it has tried.
    @Test(arguments: ["text", "json"]) func log_HasTheFormThatWasAskedFor(format: String) async throws {
        var variables = Sample.variables
        variables["WXKEEPER_REDIS"] = "redis://127.0.0.1:1"
        variables["WXKEEPER_WECHAT_BASE_URL"] = "http://127.0.0.1:1"
        variables["WXKEEPER_LISTEN"] = "127.0.0.1:\(Int.random(in: 15_000..<32_000))"
        let line = try await withChildren { children in
            let child = try await children.start(
                try BuiltProgram.path, ["serve", "--log-format", format], name: "serve", environment: variables)
            let words = "cannot reach Redis"
            try await eventually("a line about Redis") { child.output.contains(words) }
            return String(try #require(child.output.split(separator: "\n").first { $0.contains(words) }))
        }
        guard format == "json" else {
            let form = /\d\d:\d\d:\d\d\.\d+Z? +warning +n1  cannot reach Redis: .*  redis\.address=127\.0\.0\.1:1/
            #expect(line.wholeMatch(of: form) != nil, "\(line)")
            return
        }
        let fields = try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
        #expect(fields["level"] == "warning" && fields["node.id"] == "n1" && fields["redis.address"] == "127.0.0.1:1")
        #expect(fields["message"]?.hasPrefix("cannot reach Redis") == true)
        #expect(fields["time"]?.firstMatch(of: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d/) != nil)
    }
}
