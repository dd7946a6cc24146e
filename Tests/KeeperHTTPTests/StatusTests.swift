import Foundation
import HTTPTypes
import KeeperCore
import Testing

@testable import KeeperHTTP

@Suite struct StatusTests {
    private let evil = Trouble(errcode: 40164, summary: #"<script>alert("x")</script> & 'more'"#)

    private func node(_ apps: [AppStatus]) -> FakeProvider {
        let provider = FakeProvider()
        provider.change { $0.status = .example(apps: apps) }
        return provider
    }

    @Test func status_ShowsTheOldCountersByReadableNames() async throws {
        let apps: [AppStatus] = [.example("wx1"), .example("wx2", left: .seconds(61))]
        let reply = try await node(apps).ask(.get, "/status", as: "watcher")
        #expect(reply.status == 200)
        let counters = try #require(try reply.json["counters"] as? [String: any Sendable])
        #expect(counters["timer_runs"] as? Int == 48_211)
        #expect(counters["seconds_left"] as? Int == 61)
        #expect(counters["refreshes_done"] as? Int == 12)
        #expect(counters["refreshes_failed"] as? Int == 1)
        let start = try #require(counters["start_time"] as? String)
        let age = try -Date(start, strategy: .iso8601).timeIntervalSinceNow
        #expect(abs(age - 18_079) < 60)
    }

    @Test func status_ShowsNodesAndApps_WithoutTokens() async throws {
        let reply = try await node([.example("wx1", trouble: evil)]).ask(.get, "/status", as: "watcher")
        let nodes = try #require(try reply.json["nodes"] as? [[String: any Sendable]])
        #expect(nodes.map { $0["name"] as? String } == ["a", "b", "c"])
        #expect(nodes.map { $0["leader"] as? Bool } == [true, false, false])
        #expect(nodes.map { $0["draining"] as? Bool } == [false, false, true])
        let app = try #require((try reply.json["apps"] as? [[String: any Sendable]])?.first)
        #expect(app["fingerprint"] as? String == "9f86d081884c7d65")
        #expect(app["seconds_left"] as? Int == 6734)
        #expect(app["well"] as? Bool == false)
        #expect(try reply.string("level") == "attention")
    }

    @Test(arguments: [(1, "once 40 s ago"), (2, "2 times, the last 40 s ago")] as [(Int, String)])
    func externalRotations_AreShown_AndTheAppIsWell(count: Int, words: String) async throws {
        var app = AppStatus.example("wx1")
        app.externalRotations = ExternalRotations(count: count, age: .seconds(40))
        let reply = try await node([app]).ask(.get, "/status", as: "watcher")
        let shown = try #require((try reply.json["apps"] as? [[String: any Sendable]])?.first)
        #expect(shown["external_rotations"] as? [String: Int] == ["count": count, "age_seconds": 40])
        #expect(shown["well"] as? Bool == true)
        let state = "well; a program outside the cluster has ended its token \(words)"
        #expect(shown["state"] as? String == state)
        let page = try await node([app]).ask(.get, "/", as: "watcher")
        #expect(page.text.contains(state))
    }

    @Test func nodeThatDiffers_IsShownEverywhere() async throws {
        let provider = FakeProvider()
        let here = [KeptApp(id: AppID("wx1"), line: "classic"), KeptApp(id: AppID("wx2"), line: "classic")]
        let difference = AppsDifference(here: here, there: [here[0]])
        provider.change {
            $0.status = .example()
            let others = $0.status.members.map(\.holder)
            $0.status.neighbours = [
                Neighbour(holder: others[1], finding: .otherApps(difference)),
                Neighbour(holder: others[2], finding: .answeredBy(.example("a"))),
            ]
        }
        let reply = try await provider.ask(.get, "/status", as: "watcher")
        let nodes = try #require(try reply.json["nodes"] as? [[String: any Sendable]])
        #expect(nodes.map { $0["found"] as? String } == [nil, "other-apps", "another-node"])
        let trouble = "keeps other apps: only here wx2"
        #expect(nodes.map { $0["trouble"] as? String } == [nil, trouble, "at its address a answers"])
        #expect(try reply.string("summary") == "Node b: \(trouble); and 1 more node")
        let page = try await provider.ask(.get, "/", as: "watcher")
        #expect(page.text.contains("follower; \(trouble)"))
        // One trouble hides no other.
        provider.change {
            let neighbours = $0.status.neighbours
            $0.status = .example(apps: [.example("wx1", left: nil)])
            $0.status.neighbours = [neighbours[0]]
        }
        let both = try await provider.ask(.get, "/status", as: "watcher")
        #expect(try both.string("summary") == "1 of 3 apps needs attention. Node b: \(trouble)")
    }

    @Test func page_EscapesTheWordsOfATrouble() async throws {
        let reply = try await node([.example("wx1", trouble: evil)]).ask(.get, "/", as: "watcher")
        #expect(reply.status == 200)
        #expect(reply.header("Content-Type") == "text/html; charset=utf-8")
        #expect(!reply.text.contains("<script>alert"))
        #expect(reply.text.contains("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;more&#39;"))
    }

    @Test func page_AllowsOnlyItsOwnStyleAndScript() async throws {
        let reply = try await node([.example("wx1")]).ask(.get, "/", as: "watcher")
        let policy = try #require(reply.header("Content-Security-Policy"))
        #expect(policy.contains("default-src 'none'") && policy.contains("script-src 'sha256-"))
        #expect(!policy.contains("unsafe"))
        #expect(!reply.text.contains("http://") || reply.text.contains("http://10.0.0.11:2130"))
        #expect(!reply.text.contains("src=\"http") && !reply.text.contains("href=\"http"))
    }

    @Test func page_ShowsWhatTheOldOneShowed() async throws {
        let text = try await node([.example("wx1")]).ask(.get, "/", as: "watcher").text
        for label in ["Start time (UTC)", "Timer runs", "Seconds left", "Refreshes done", "Refreshes failed"] {
            #expect(text.contains("<dt>\(label)</dt>"))
        }
        for value in ["48,211", "6,734", "1 h 52 min", "4.2 s", "9f86d081884c7d65", "http://10.0.0.12:2130"] {
            #expect(text.contains(value), "\(value) is missing")
        }
    }

    @Test func page_NamesIllAppsFirst_AndNoMoreThan200() async throws {
        let apps = (0..<300).map { AppStatus.example("wx\($0)", left: $0 == 299 ? nil : .seconds(60)) }
        let text = try await node(apps).ask(.get, "/", as: "watcher").text
        #expect(text.components(separatedBy: "<progress").count - 1 == 200)
        #expect(text.contains("wx299") && !text.contains("wx298"))
        #expect(text.contains("and 100 more in /status"))
    }
}
