// swift-tools-version: 6.2

import PackageDescription

/// What the same kind of dependency is called in several targets, written once.
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")

/// What the packages bring along, with a product of each.
///
/// They are here so that each has one version on every machine. A package that no target names is warned of, so a target
/// names these for a platform that this program is not built for.
let broughtAlong: [(package: String, product: String, version: Version)] = [
    ("swift-algorithms", "Algorithms", "1.2.1"),
    ("swift-asn1", "SwiftASN1", "1.7.4"),
    ("swift-async-algorithms", "AsyncAlgorithms", "1.1.4"),
    ("swift-atomics", "Atomics", "1.3.0"),
    ("swift-certificates", "X509", "1.21.1"),
    ("swift-distributed-tracing", "Tracing", "1.7.3"),
    ("swift-http-structured-headers", "StructuredFieldValues", "1.7.0"),
    ("swift-metrics", "Metrics", "2.13.0"),
    ("swift-nio-http2", "NIOHTTP2", "1.46.0"),
    ("swift-nio-transport-services", "NIOTransportServices", "1.28.0"),
    ("swift-numerics", "RealModule", "1.1.1"),
    ("swift-service-context", "ServiceContextModule", "1.5.1"),
]

let package = Package(
    name: "visitor-merge",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "visitor-merge", targets: ["CLI"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration", exact: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0", traits: []),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2", traits: []),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ] + broughtAlong.map { .package(url: "https://github.com/apple/\($0.package)", exact: $0.version) },
    targets: [
        // The few words every room uses: ids, lines, operations, states, outcomes.
        .target(name: "Model"),
        // System calls that Swift's Glibc module hides.
        .target(name: "CFiles"),
        // Files and folders that are complete or not there at all, and locks on what is being written.
        .target(name: "Files", dependencies: ["CFiles", "Model", system]),
        // A file's bytes become lines, each with its number.
        .target(name: "Mapping", dependencies: ["Model", crypto]),
        // Rows by the million, written and read through SQLite's own interface.
        .target(
            name: "RawSQL",
            dependencies: [
                "CFiles", "Files", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]
        ),
        // The durable record; all SQL lives here.
        .target(
            name: "Journal",
            dependencies: [
                "Model", "CFiles", "Files", "RawSQL", crypto, system, .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]
        ),
        // HTTP/1.1 to one origin: connections, TLS, proxies and deadlines; no word of Rocket.Chat.
        .target(
            name: "HTTPClient",
            dependencies: [
                nioCore, nioPosix, .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOTLS", package: "swift-nio"), .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOExtras", package: "swift-nio-extras"),
                .product(name: "NIOSOCKS", package: "swift-nio-extras"),
                .product(name: "DequeModule", package: "swift-collections"),
            ]
        ),
        // The server's API: what is asked, and what an answer means.
        .target(name: "RocketChat", dependencies: ["Model", "HTTPClient", logging]),
        // plan → look → move → settle; pacing, retries, stopping.
        .target(
            name: "Migration",
            dependencies: [
                "Model", "Mapping", "Journal", "RocketChat", crypto, logging, lifecycle,
                .product(name: "DequeModule", package: "swift-collections"),
            ]
        ),
        // Who is evidently one person: evidence, groups, whom to keep; the visitors that were read, in SQLite.
        .target(
            name: "Matching",
            dependencies: [
                "Model", "Files", "Mapping", "RocketChat", "Migration", "RawSQL", system,
                .product(name: "GRDB", package: "GRDB.swift"),
            ]
        ),
        // Reconciliation as a value, then as JSON, CSV, HTML and text.
        .target(
            name: "Report",
            dependencies: [
                "Model", "Files", "Journal", crypto, system,
                .product(name: "Mustache", package: "swift-mustache"),
            ],
            resources: [.embedInCode("Templates")]
        ),
        // A Rocket.Chat stand-in that can misbehave on request. It never imports RocketChat: it is the second opinion.
        .target(
            name: "Sandbox",
            dependencies: [
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "DequeModule", package: "swift-collections"), crypto, logging, lifecycle, nioCore,
                nioPosix,
            ]
        ),
        // Words in, words out, exit status.
        .executableTarget(
            name: "CLI",
            dependencies: [
                "Model", "CFiles", "Files", "Mapping", "Journal", "HTTPClient", "RocketChat", "Migration", "Matching",
                "Report", "Sandbox", argumentParser, logging, lifecycle, unixSignals,
                system, .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "Configuration", package: "swift-configuration"),
            ]
                + broughtAlong.map {
                    .product(name: $0.product, package: $0.package, condition: .when(platforms: [.windows]))
                },
            // Addresses are all looked up at the start, after which nobody can exchange them in memory.
            linkerSettings: [.unsafeFlags(["-Xlinker", "-z", "-Xlinker", "now"], .when(platforms: [.linux]))]
        ),
        .target(
            name: "TestSupport",
            dependencies: [
                "Model", "RocketChat", nioCore, nioPosix, .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                system,
            ],
            path: "Tests/Support"
        ),
        .testTarget(name: "ModelTests", dependencies: ["Model", "TestSupport"]),
        .testTarget(name: "FilesTests", dependencies: ["Files", "TestSupport", system]),
        .testTarget(name: "MappingTests", dependencies: ["Model", "Mapping", "TestSupport"]),
        .testTarget(
            name: "JournalTests",
            dependencies: [
                "Model", "Files", "Journal", "RawSQL", "TestSupport", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            // Journals of earlier versions as SQL, which tests read from the source folder.
            exclude: ["Formats"]
        ),
        .testTarget(
            name: "HTTPClientTests",
            dependencies: ["HTTPClient", "TestSupport", nioCore, .product(name: "NIOSSL", package: "swift-nio-ssl")]
        ),
        .testTarget(
            name: "RocketChatTests",
            dependencies: [
                "HTTPClient", "RocketChat", "Model", "TestSupport", logging,
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "InMemoryLogging", package: "swift-log"),
            ]
        ),
        .testTarget(
            name: "MigrationTests",
            dependencies: [
                "Model", "Mapping", "Journal", "HTTPClient", "RocketChat", "Migration", "Sandbox", "TestSupport",
                logging,
                lifecycle, .product(name: "GRDB", package: "GRDB.swift"),
            ]
        ),
        .testTarget(
            name: "MatchingTests",
            dependencies: ["Model", "Mapping", "RocketChat", "Migration", "Matching", "TestSupport"]
        ),
        .testTarget(
            name: "ReportTests",
            dependencies: [
                "Model", "Journal", "Report", "TestSupport", crypto, .product(name: "GRDB", package: "GRDB.swift"),
            ]
        ),
        .testTarget(
            name: "SandboxTests",
            dependencies: [
                "Sandbox", "TestSupport", logging, lifecycle, nioCore, .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
            ]
        ),
        // Whole jobs in one process, on a clock and against a server that are simulated, judged by an oracle.
        .testTarget(
            name: "SimulationTests",
            dependencies: [
                "CLI", "Model", "Mapping", "Journal", "RocketChat", "Migration", "Report", "TestSupport", logging,
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle"),
            ]
        ),
        // The built program from outside: arguments in, output and status out, kills in between.
        .testTarget(
            name: "ProgramTests",
            dependencies: [
                "CLI", "Sandbox", "Model", "Mapping", "Journal", "Migration", "Report", "HTTPClient", "RocketChat",
                "TestSupport", crypto,
                logging, .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle"),
            ]
        ),
    ]
)

// Where only some tests are built, again and again or for release, the others would take longer than they.
if let names = Context.environment["VISITOR_MERGE_TESTS"] {
    package.targets.removeAll { $0.type == .test && !names.split(separator: ",").contains(Substring($0.name)) }
}

for target in package.targets {
    target.swiftSettings = [
        // Says where a value may be of any conforming type: `any` costs, so it should show.
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("ImmutableWeakCaptures"),
        .enableUpcomingFeature("InferIsolatedConformances"),
        // Keeps the walls: a dependency stays inside its target unless the import says otherwise.
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .strictMemorySafety(),
        .treatAllWarnings(as: .error),
        // Tests kill the program at named places; a release build has none of them.
        .define("CRASH_POINTS", .when(configuration: .debug)),
    ]
}
