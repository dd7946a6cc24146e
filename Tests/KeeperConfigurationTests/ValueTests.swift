import Testing

@testable import KeeperConfiguration

@Suite struct ValueTests {
    @Test(arguments: [
        ("200ms", Duration.milliseconds(200)), ("5s", .seconds(5)), ("1.5s", .milliseconds(1500)),
        ("0.001s", .milliseconds(1)), ("5m", .seconds(300)), ("2h", .seconds(7200)), ("0s", .zero),
        ("1.25h", .seconds(4500)),
    ])
    func duration_IsRead(_ text: String, _ duration: Duration) {
        #expect(DurationText.parse(text) == duration)
    }

    @Test(arguments: [
        "", "5", "s", "5 s", "-5s", "+5s", "5S", "5d", ".5s", "5.s", "1.2345s", "0.5ms", "1e3s", "1..5s", "٥s",
        "99999999999999999999s", "9999999h",
    ])
    func duration_IsRefused(_ text: String) {
        #expect(DurationText.parse(text) == nil)
    }

    @Test(arguments: ["200ms", "5s", "1.5s", "5m", "2h", "0s", "9.685s"])
    func duration_IsWrittenAsItIsRead(_ text: String) throws {
        #expect(DurationText.write(try #require(DurationText.parse(text))) == text)
    }

    @Test(arguments: [
        ("a ${X} b", "a 1 b"), ("${X}${Y}", "1${X}"), ("$X", "$X"), ("$${X}", "${X}"), ("5$", "5$"), ("$$X", "$$X"),
        ("$$${X}", "$${X}"),
    ])
    func substitution_ReplacesNames(_ text: String, _ result: String) throws {
        let variables = ["X": "1", "Y": "${X}"]
        #expect(try Substitution.apply(to: text) { variables[$0] } == result)
    }

    @Test(arguments: [
        ("${", Substitution.Failure.malformed), ("${}", .malformed), ("${A B}", .malformed), ("${1}", .malformed),
        ("${NONE}", .unset("NONE")),
    ])
    func substitution_IsRefused(_ text: String, _ failure: Substitution.Failure) {
        #expect(throws: failure) { try Substitution.apply(to: text) { _ in nil } }
    }

    @Test(arguments: [
        ("appdi", "appid"), ("Secret", "secret"), ("base_url", "base-url"), ("clint", nil), ("x", nil),
        ("js-domain", "js-domains"),
    ])
    func suggestion_IsTheNearestWord(_ word: String, _ nearest: String?) {
        let known = ["appid", "secret", "base-url", "js-domains"]
        #expect(Suggestion.nearest(to: word, among: known) == nearest)
    }

    @Test(arguments: [
        ("a:1", "a:1"), ("[::1]:80", "[::1]:80"), ("a", nil), (":80", nil), ("a:", nil), ("a:65536", nil),
        ("a:+1", nil),
        ("a:-1", nil), ("[a]:1", nil), ("[::1]80", nil), ("a b:1", nil), ("::1:80", nil), ("a:1:2", nil),
    ])
    func hostAndPort_AreReadStrictly(_ text: String, _ description: String?) {
        #expect(HostPort(text)?.description == description)
    }

    @Test(arguments: [
        ("redis://h", RedisLocation.Failure?.none), ("redis://:p@h:1/15", nil), ("redis://u:p%3A@[::1]", nil),
        ("rediss://h", .tls), ("http://h", .scheme), ("h:6379", .scheme), ("redis://", .shape), ("redis://h:0", .shape),
        ("redis://h?x=1", .shape), ("redis://u@h", .userInfo), ("redis://u:%zz@h", .userInfo),
        ("redis://h/a", .database),
        ("redis://h/1024", .database), ("redis://h/0/1", .database),
    ])
    func redisURL_IsReadStrictly(_ url: String, _ failure: RedisLocation.Failure?) {
        if let failure {
            #expect(throws: failure) { try RedisLocation(url: url) }
        } else {
            #expect(throws: Never.self) { try RedisLocation(url: url) }
        }
    }
}
