import KeeperTestKit
import Testing

@testable import KeeperConfiguration

/// What a variable brings is data, wherever it stands.
@Suite struct SubstitutionInURLTests {
    private static func redis(_ url: String, _ variables: [String: String] = [:]) throws -> RedisLocation {
        let text = Sample().text.replacing("redis: redis://127.0.0.1:6379", with: "redis: \"\(url)\"")
        return try configuration(text, variables: variables).cluster.redis
    }

    static let passwords = [
        "p#1", "100%", "aB3/xY+z9==", "a%41b", "a@b", "a:b", ":", "a?b", "a b", "密码", "$", "$$", "${X}", "$${X}",
        "[::1]",
        "x@evil:1/2#", "\"'\\", "a&b=c", "%", "%zz", "p\tq", "//", "é", "~-._",
    ]

    @Test(arguments: passwords)
    func password_ArrivesAsItIs(_ password: String) throws {
        for url in [
            "redis://keeper:${P}@10.0.0.5:6379/0", "redis://keeper:${P}@10.0.0.5", "redis://${U}:${P}@${H}/${D}",
        ] {
            let location = try Self.redis(
                url,
                ["P": password, "U": "keeper", "H": "10.0.0.5:6379", "D": "0", "X": "!"]
            )
            #expect(location.password?.reveal() == password)
            #expect(location.user == "keeper")
            #expect(location.address == HostPort(host: "10.0.0.5", port: 6379))
            #expect(location.database == 0)
        }
    }

    @Test(arguments: passwords)
    func userName_ArrivesAsItIs(_ user: String) throws {
        let location = try Self.redis("redis://${U}:secret-of-${U}@h:1/2", ["U": user, "X": "!"])
        #expect(location.user == user)
        #expect(location.password?.reveal() == "secret-of-" + user)
        #expect(location.address == HostPort(host: "h", port: 1) && location.database == 2)
    }

    @Test func wholeURL_InOneVariable_StaysAURL() throws {
        let url = "redis://keeper:a%41b@h:1/2"
        #expect(try Self.redis("${URL}", ["URL": url]).password?.reveal() == "aAb")
        #expect(try Self.redis("${URL}/2", ["URL": "redis://:p@h:1"]).database == 2)
        let variables = Sample.variables.merging(["WXKEEPER_REDIS": url]) { $1 }
        #expect(try configuration(nil, variables: variables).cluster.redis.password?.reveal() == "aAb")
    }

    @Test(arguments: passwords)
    func password_BehindABeginningInAVariable_IsDataToo(_ password: String) throws {
        for (url, start) in [("${START}:${P}@h:1/2", "redis://keeper"), ("${START}${P}@h:1/2", "redis://keeper:")] {
            let location = try Self.redis(url, ["START": start, "P": password, "X": "!"])
            #expect(location.user == "keeper" && location.password?.reveal() == password)
            #expect(location.address == HostPort(host: "h", port: 1) && location.database == 2)
        }
    }

    @Test func literal_IsDecoded_AsEver() throws {
        #expect(try Self.redis("redis://k:p%231%25@h").password?.reveal() == "p#1%")
        #expect(try Self.redis("redis://k:a%40${P}%2F@h", ["P": "%41"]).password?.reveal() == "a@%41/")
    }

    @Test(arguments: ["h", "h:1", "10.0.0.5:6379", "[::1]", "[::1]:7"])
    func host_AndPort_MayComeTogether(_ host: String) throws {
        #expect(try Self.redis("redis://:p@${H}", ["H": host]).address == HostPort(host, defaultPort: 6379))
        #expect(try Self.redis("redis://${H}", ["H": host]).address == HostPort(host, defaultPort: 6379))
    }

    @Test(arguments: ["x:y@h", "h/3", "h?a", "h#b", "", "h:1:2", "h%41"])
    func host_ThatIsMore_IsRefused_AndNotShown(_ host: String) {
        let text = Sample().text.replacing("redis://127.0.0.1:6379", with: "redis://${H}")
        let found = problems(text, variables: ["H": host])
        #expect(found.map(\.keyPath) == ["cluster.redis"])
        #expect(!found.contains { $0.description.contains("x:y") })
    }

    @Test(arguments: ["p#1", "aB3/xY+z9=="])
    func literalThatIsNotEncoded_IsToldHow(_ password: String) {
        let text = Sample().text.replacing("redis://127.0.0.1:6379", with: "\"redis://k:\(password)@h\"")
        let found = problems(text).map(\.description).joined()
        #expect(found.contains("%23") && !found.contains(password))
    }

    @Test(arguments: [
        ("https://host/hook?key=${K}", "a&b=c#d", "https://host/hook?key=a%26b%3Dc%23d"),
        ("https://host/${K}", "robot/send", "https://host/robot/send"),
        ("https://host/${K}/x", "100%?", "https://host/100%25%3F/x"),
        ("https://${K}/x", "host:444", "https://host:444/x"),
        ("${K}", "https://host/hook?key=a%20b", "https://host/hook?key=a%20b"),
    ])
    func webhook_TakesData(_ written: String, _ value: String, _ url: String) throws {
        var sample = Sample()
        sample.other = "alarms: { webhook: { value: \"\(written)\" } }"
        #expect(try configuration(sample.text, variables: ["K": value]).alarms?.webhook.reveal() == url)
    }

    @Test func otherAddresses_TakeHostAndPort() throws {
        var sample = Sample()
        sample.node = "  listen: \"${L}\"\n  advertise: http://${A}:${P}"
        sample.wechat = "  base-url: http://${W}"
        let variables = ["L": "0.0.0.0:80", "A": "node-1", "P": "81", "W": "127.0.0.1:9100"]
        let configuration = try configuration(sample.text, variables: variables)
        #expect(configuration.node.listen == HostPort(host: "0.0.0.0", port: 80))
        #expect(configuration.node.advertise == "http://node-1:81")
        #expect(configuration.wechat.baseURL == "http://127.0.0.1:9100")
        for bad in ["u:p@h", "h/x", "h#y"] {
            let found = problems(sample.text, variables: variables.merging(["A": bad]) { $1 }).map(\.keyPath)
            #expect(found == ["node.advertise"])
        }
    }
}
