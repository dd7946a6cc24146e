// swift-tools-version: 6.2
import PackageDescription

/// Settings of every target.
///
/// Warnings are errors only where the environment says so (the test command and CI do), so that a newer compiler's new
/// warning never breaks a user's build.
let settings: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .enableUpcomingFeature("InferIsolatedConformances"),
        .strictMemorySafety(),
    ] + (Context.environment["WXKEEPER_STRICT"] == nil ? [] : [.treatAllWarnings(as: .error)])

func room(_ name: String, _ dependencies: [Target.Dependency] = [], embedding: String? = nil) -> Target {
    .target(
        name: name, dependencies: dependencies, resources: embedding.map { [.embedInCode($0)] } ?? [],
        swiftSettings: settings)
}

func command(_ name: String, _ dependencies: [Target.Dependency], plugins: [Target.PluginUsage] = []) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: settings, plugins: plugins)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], leaving programs: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: programs, swiftSettings: settings)
}

extension Target.Dependency {
    static let argumentParser: Self = .product(name: "ArgumentParser", package: "swift-argument-parser")
    static let crypto: Self = .product(name: "Crypto", package: "swift-crypto")
    static let hummingbird: Self = .product(name: "Hummingbird", package: "hummingbird")
    static let hummingbirdTesting: Self = .product(name: "HummingbirdTesting", package: "hummingbird")
    static let lifecycle: Self = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
    static let lifecycleTestKit: Self = .product(
        name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle")
    static let logging: Self = .product(name: "Logging", package: "swift-log")
    static let mustache: Self = .product(name: "Mustache", package: "swift-mustache")
    static let nioCore: Self = .product(name: "NIOCore", package: "swift-nio")
    static let nioHTTP1: Self = .product(name: "NIOHTTP1", package: "swift-nio")
    static let nioPosix: Self = .product(name: "NIOPosix", package: "swift-nio")
    static let subprocess: Self = .product(name: "Subprocess", package: "swift-subprocess")
    static let unixSignals: Self = .product(name: "UnixSignals", package: "swift-service-lifecycle")
    static let yams: Self = .product(name: "Yams", package: "Yams")
}

let package = Package(
    name: "wxkeeper",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "wxkeeper", targets: ["wxkeeper"]),
        .executable(name: "cluster-simulation", targets: ["cluster-simulation"]),
        .executable(name: "cluster-benchmark", targets: ["cluster-benchmark"]),
        .executable(name: "epoll-floor", targets: ["epoll-floor"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    ],
    targets: [
        // Floor 0: the C doors.
        .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"])]),
        .systemLibrary(name: "CCurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CMemory"),
        .systemLibrary(name: "CScheduling"),

        // Floor 1: what decides, and the two clients.
        room("KeeperCore"),
        room("RedisClient", ["CHiredis", "CScheduling", .nioCore, .nioPosix]),
        room("CurlClient", ["CCurl"]),

        // Floor 2: the hinge.
        room("KeeperPorts", ["KeeperCore"]),

        // Floor 3: the shell and its adapters.
        room("KeeperNode", ["KeeperPorts", "KeeperCore", .lifecycle, .logging]),
        room(
            "KeeperHTTP", ["KeeperPorts", "KeeperCore", "CurlClient", .hummingbird, .crypto, .logging, .mustache],
            embedding: "openapi.yaml"),
        room("RedisStores", ["KeeperPorts", "KeeperCore", "RedisClient", .lifecycle, .logging, .nioCore, .nioPosix]),
        room("WeChatAPI", ["KeeperPorts", "KeeperCore", "CurlClient"]),

        // Between: what an operator writes down, in the values that those rooms take.
        room("KeeperConfiguration", ["KeeperHTTP", "KeeperPorts", "KeeperCore", "CurlClient", .yams]),

        // Floor 4: the program.
        command(
            "wxkeeper",
            [
                "KeeperConfiguration", "KeeperCore", "KeeperPorts", "KeeperNode", "KeeperHTTP", "RedisStores",
                "RedisClient", "WeChatAPI", "CurlClient", "CMemory", "ClusterDrill", "ClusterObservation",
                "LocalCluster", "WeChatSimulator", .argumentParser, .lifecycle, .logging, .nioCore, .nioPosix,
                .subprocess, .unixSignals,
            ],
            plugins: ["CommitPlugin"]),
        .plugin(name: "CommitPlugin", capability: .buildTool(), path: "deploy/commit"),

        // Beside: worlds to test in.
        room("WeChatSimulator", [.hummingbird, .logging]),
        room("ClusterObservation", [.nioCore, .nioHTTP1, .nioPosix]),
        room("LocalCluster", ["ClusterObservation", "WeChatSimulator", .logging, .nioCore, .nioPosix, .subprocess]),
        room("ClusterDrill", ["LocalCluster", "ClusterObservation", "WeChatSimulator", .mustache, .subprocess]),
        room("ClusterSimulation", ["KeeperCore"]),
        command("cluster-simulation", ["ClusterSimulation", "KeeperCore", .argumentParser]),
        command(
            "cluster-benchmark",
            [
                "ClusterObservation", "LocalCluster", "RedisClient", "WeChatSimulator", .argumentParser, .hummingbird,
                .logging, .nioCore, .nioHTTP1, .nioPosix, .subprocess,
            ]),
        .executableTarget(name: "epoll-floor"),

        // Tests, one target a room, and what several of them share.
        .target(
            name: "KeeperTestKit",
            dependencies: [
                "LocalCluster", "ClusterObservation", "KeeperPorts", "KeeperCore", .logging, .subprocess,
            ],
            path: "Tests/KeeperTestKit", swiftSettings: settings),
        tests("KeeperCoreTests", ["KeeperCore", "ClusterSimulation"]),
        tests(
            "RedisClientTests",
            ["RedisClient", "CScheduling", "KeeperTestKit", "ClusterObservation", .nioCore, .nioPosix]),
        tests("CurlClientTests", ["CurlClient", "LocalCluster", "ClusterObservation", .nioCore, .nioPosix]),
        tests(
            "KeeperNodeTests",
            [
                "KeeperNode", "KeeperPorts", "KeeperCore", "ClusterSimulation", "KeeperTestKit", "ClusterObservation",
                .lifecycle, .lifecycleTestKit, .logging,
            ]),
        tests(
            "KeeperHTTPTests",
            [
                "KeeperHTTP", "KeeperPorts", "KeeperCore", "CurlClient", "ClusterObservation", "KeeperTestKit",
                .hummingbird, .hummingbirdTesting, .lifecycle, .logging, .nioCore, .nioPosix,
            ]),
        tests(
            "RedisStoresTests",
            [
                "RedisStores", "RedisClient", "KeeperPorts", "KeeperCore", "KeeperTestKit", "ClusterObservation",
                .lifecycle, .logging, .nioPosix,
            ]),
        tests("WeChatAPITests", ["WeChatAPI", "KeeperPorts", "KeeperCore", "CurlClient", .nioCore, .nioPosix]),
        tests(
            "WxkeeperTests",
            [
                "wxkeeper", "KeeperConfiguration", "ClusterDrill", "ClusterObservation", "LocalCluster", "KeeperHTTP",
                "KeeperTestKit", .argumentParser, .nioCore, .nioPosix, .subprocess,
            ]),
        tests(
            "KeeperConfigurationTests",
            ["KeeperConfiguration", "KeeperHTTP", "KeeperPorts", "KeeperCore", "KeeperTestKit"]),
        tests(
            "WeChatSimulatorTests",
            ["WeChatSimulator", "ClusterObservation", .lifecycle, .logging, .nioCore, .nioPosix]),
        tests("ClusterObservationTests", ["ClusterObservation"]),
        tests("ClusterBenchmarkTests", ["cluster-benchmark"]),
        tests("ClusterDrillTests", ["ClusterDrill", "ClusterObservation"]),
        tests("LocalClusterTests", ["LocalCluster", "ClusterObservation", .nioCore, .nioPosix]),
        tests(
            "ClusterTests",
            [
                "LocalCluster", "ClusterObservation", "KeeperCore", "WeChatSimulator", .crypto, .hummingbird, .logging,
                .subprocess,
            ]),
        tests(
            "SDKTests", ["LocalCluster", "ClusterObservation", "WeChatSimulator", .subprocess], leaving: ["Programs"]),
        tests("ClusterSimulationTests", ["ClusterSimulation", "KeeperPorts", "KeeperCore", "KeeperTestKit"]),
        tests("TranscriptTests", ["KeeperNode", "ClusterSimulation", "KeeperCore", .logging]),
        tests("TidyTests", ["LocalCluster"]),
    ]
)
