import KeeperCore
import KeeperPorts
import KeeperTestKit
import Testing

@testable import KeeperConfiguration

/// `apps[].mirror`, and `apps[].publish`, which means the same.
@Suite struct ConfigurationMirrorTests {
    private func mirrors(_ publish: String) throws -> [MirrorKey] {
        try configuration(Sample(app: "    publish: \(publish)").text).apps.first?.mirrors ?? []
    }

    /// A second app with this `publish`; the first has the one of the sample.
    private func second(_ publish: String, appid: String = "wx2") -> String {
        """

          - appid: \(appid)
            secret: { value: app-secret-0123456789 }
            publish: \(publish)
        """
    }

    @Test func mirror_AndPublish_MeanTheSame_AndNotBothAtOnce() throws {
        let mirror = try configuration(Sample(app: "    mirror: [wxjava-mp]").text).apps.first?.mirrors
        #expect(try mirror == mirrors("[wxjava-mp]") && mirror?.count == 1)
        let both = problems(Sample(app: "    mirror: [wxjava-mp]\n    publish: [wxjava-mp]").text)
        #expect(both.count == 1 && "\(both)".contains("they mean the same"), "\(both)")
    }

    @Test func everyForm_HasTheKeysThatItsProgramsRead() throws {
        let expected: [(String, [MirrorKey])] = [
            ("seed", [MirrorKey("WCH_access_token", .token), MirrorKey("WCH_expires_in", .end(lessSeconds: 120))]),
            ("wxjava-mp", [MirrorKey("wx:access_token:wx1", .token)]),
            ("wxjava-ma", [MirrorKey("wa:access_token:wx1", .token)]),
            ("silenceper", [MirrorKey("gowechat_officialaccount__access_token_wx1", .token)]),
            (
                "wechatpy",
                [
                    MirrorKey("wechatpy:wx1_access_token", .quotedToken),
                    MirrorKey("wechatpy:wx1_access_token_expires_at", .end(lessSeconds: 0)),
                ]
            ),
            ("{ key: \"k:1\" }", [MirrorKey("k:1", .token)]),
            ("{ key: k, expires-key: e }", [MirrorKey("k", .token), MirrorKey("e", .end(lessSeconds: 0))]),
        ]
        for (form, keys) in expected { #expect(try mirrors("[\(form)]") == keys, "\(form)") }
        let all = expected.map(\.0).joined(separator: ", ")
        #expect(try mirrors("[\(all)]") == expected.flatMap(\.1))
        #expect(Set(MirrorForm.allCases.map(\.rawValue)).isSubset(of: Set(expected.map(\.0))))
    }

    @Test(arguments: [
        ("[seeds]", ["apps[0].publish[0]"]),
        ("[[seed]]", ["apps[0].publish[0]"]),
        ("[{}]", ["apps[0].publish[0].key"]),
        ("[{ expires-key: e }]", ["apps[0].publish[0].key"]),
        ("[{ key: k, expires: e }]", ["apps[0].publish[0].expires"]),
        ("[{ key: [k] }]", ["apps[0].publish[0].key"]),
        ("[{ key: \"\" }]", ["apps[0].publish[0].key"]),
        ("[{ key: \"a b\" }]", ["apps[0].publish[0].key"]),
        ("[{ key: clé }]", ["apps[0].publish[0].key"]),
        ("[{ key: \"a\\tb\" }]", ["apps[0].publish[0].key"]),
        ("[{ key: \"wxkeeper:{prod}:lock\" }]", ["apps[0].publish[0].key"]),
        ("[seed, { key: k, expires-key: \"wxkeeper:\" }]", ["apps[0].publish[1].expires-key"]),
        ("[{ key: k, expires-key: k }]", ["apps[0].publish[0].expires-key"]),
        ("[seed, seed]", ["apps[0].publish[1]", "apps[0].publish[1]"]),
        ("[seed, { key: WCH_expires_in }]", ["apps[0].publish[1].key"]),
    ])
    func mistake_IsToldUnderItsKey(_ publish: String, _ keyPaths: [String]) {
        #expect(problems(Sample(app: "    publish: \(publish)").text).map(\.keyPath) == keyPaths)
    }

    @Test func longestKey_IsAllowed_AndNoLongerOne() throws {
        let longest = String(repeating: "k", count: 256)
        #expect(try mirrors("[{ key: \(longest) }]") == [MirrorKey(longest, .token)])
        #expect(problems(Sample(app: "    publish: [{ key: \(longest)k }]").text).count == 1)
        let many = (0..<17).map { "{ key: k\($0) }" }.joined(separator: ", ")
        #expect(problems(Sample(app: "    publish: [\(many)]").text).map(\.found) == ["17 mirrors"])
    }

    @Test func twoAppsWithOneKey_AreBothNamed() {
        let text = Sample(app: "    publish: [seed]" + second("[{ key: WCH_expires_in }]")).text
        #expect(
            problems(text).map(\.description) == [
                "test.yaml:17: apps[1].publish[0].key: found \"WCH_expires_in\": apps[0].publish[0] writes the same "
                    + "key; allowed: one writer for each key"
            ])
        let other = Sample(app: "    publish: [wechatpy, wxjava-mp]" + second("[wechatpy, wxjava-mp]")).text
        #expect(problems(other).isEmpty)
    }

    @Test func unknownForm_IsToldWhatThereIs() {
        let problem = problems(Sample(app: "    publish: [wxjava-mq]").text).first
        #expect(
            problem?.allowed == "seed, wxjava-mp, wxjava-ma, silenceper, wechatpy, { key: K, expires-key: E }; "
                + "did you mean wxjava-mp?")
    }

    @Test func wecom_HasOnlyKeysOfItsOwn() throws {
        let wecom = "    kind: wecom\n    corpid: ww1\n    publish: "
        let problem = problems(Sample(app: wecom + "[seed]").text).first
        #expect(problem?.keyPath == "apps[0].publish[0]")
        #expect(problem?.allowed.contains("{ key: K, expires-key: E } only where kind is wecom") == true)
        let good = try configuration(Sample(app: wecom + "[{ key: k }]").text)
        #expect(good.apps.first?.mirrors == [MirrorKey("k", .token)])
    }

    @Test func variableInAKey_IsNotShown() {
        let text = Sample(app: "    publish: [{ key: \"${HIDDEN} x\" }, { key: k }, { key: \"${K}\" }]").text
        let found = problems(text, variables: ["HIDDEN": "hunter2", "K": "k"])
        #expect(found.map(\.keyPath) == ["apps[0].publish[0].key", "apps[0].publish[2].key"])
        #expect(!"\(found)".contains("hunter2"))
    }

    @Test func summary_CountsTheAppsWithMirrors() throws {
        let configuration = try configuration(Sample(app: "    publish: [seed, wechatpy]").text)
        #expect("\(ConfigurationSummary(configuration: configuration))".contains("tokens of 1 mirrored under"))
        #expect(configuration.mirrorKeys[AppID("wx1")]?.count == 4)
    }
}
