import RedisClient
import Testing

@Suite struct RedisEndpointTests {
    struct Good: Sendable, CustomTestStringConvertible {
        let url: String
        let endpoint: RedisEndpoint
        var testDescription: String { url }
    }

    static let good: [Good] = [
        Good(url: "redis://localhost", endpoint: RedisEndpoint(host: "localhost")),
        Good(url: "REDIS://10.0.0.5:6380/", endpoint: RedisEndpoint(host: "10.0.0.5", port: 6380)),
        Good(url: "redis://10.0.0.5:6380/7", endpoint: RedisEndpoint(host: "10.0.0.5", port: 6380, database: 7)),
        Good(
            url: "redis://:secret@cache.example",
            endpoint: RedisEndpoint(host: "cache.example", password: RedisPassword("secret"))),
        Good(
            url: "redis://keeper:p%40ss%2Fw%25@[::1]:7000/2",
            endpoint: RedisEndpoint(
                host: "::1", port: 7000, user: "keeper", password: RedisPassword("p@ss/w%"), database: 2)),
        Good(
            url: "redis://keeper:%E5%AF%86@[fe80::1%25eth0]",
            endpoint: RedisEndpoint(host: "fe80::1%25eth0", user: "keeper", password: RedisPassword("密"))),
        Good(
            url: "redis://u:raw@and/raw@host",
            endpoint: RedisEndpoint(host: "host", user: "u", password: RedisPassword("raw@and/raw"))),
    ]

    @Test(arguments: good)
    func url_IsRead(_ good: Good) throws {
        #expect(try RedisEndpoint(parsing: good.url) == good.endpoint)
    }

    static let bad: [(String, RedisEndpointError)] = [
        ("localhost:6379", .scheme(found: nil)),
        ("http://localhost", .scheme(found: "http")),
        ("rediss://localhost", .tlsNotSupported),
        ("redis://", .missingHost),
        ("redis://:pw@", .missingHost),
        ("redis://:pw@:6379", .missingHost),
        ("redis://a b", .host(found: "a b")),
        ("redis://::1", .missingHost),
        ("redis://fe80::1", .host(found: "fe80::1")),
        ("redis://[::1", .host(found: "[::1")),
        ("redis://[host]", .host(found: "[host]")),
        ("redis://[::1]6379", .host(found: "[::1]6379")),
        ("redis://host:", .port(found: "")),
        ("redis://host:0", .port(found: "0")),
        ("redis://host:65536", .port(found: "65536")),
        ("redis://host:+80", .port(found: "+80")),
        ("redis://host/one", .database(found: "one")),
        ("redis://host/1/2", .database(found: "1/2")),
        ("redis://host/-1", .database(found: "-1")),
        ("redis://host/0?timeout=1", .database(found: "0?timeout=1")),
        ("redis://user@host", .missingPassword),
        ("redis://user:@host", .missingPassword),
        ("redis://:a%zz@host", .percentEncoding(of: "password")),
        ("redis://a%f:b@host", .percentEncoding(of: "user")),
        ("redis://:%FF%FE@host", .percentEncoding(of: "password")),
    ]

    @Test(arguments: bad)
    func mistake_IsNamed(url: String, error: RedisEndpointError) {
        #expect(throws: error) { try RedisEndpoint(parsing: url) }
    }

    @Test(arguments: ["redis://u:hush@h:0", "redis://:hush/x@h y", "redis://:hush%@h", "u:hush@h", "redis://:hush@h/x"])
    func error_NeverShowsThePassword(url: String) {
        let error = #expect(throws: RedisEndpointError.self) { try RedisEndpoint(parsing: url) }
        #expect(error.map { "\($0) \(String(reflecting: $0))".contains("hush") } == false)
    }

    @Test func description_BlacksOutThePassword() throws {
        let endpoint = try RedisEndpoint(parsing: "redis://keeper:hush@[::1]:7000/2")
        #expect("\(endpoint)" == "redis://keeper:<redacted>@[::1]:7000/2")
        var dumped = ""
        dump(endpoint, to: &dumped)
        #expect(!dumped.contains("hush") && !String(reflecting: endpoint).contains("hush"))
        #expect("\(RedisEndpoint(host: "h"))" == "redis://h:6379")
    }
}
