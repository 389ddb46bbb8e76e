// swift-tools-version: 6.2
// Targets stand in the order of docs/modules.md: an arrow always points up this list.
import PackageDescription

let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdHTTP2 = Target.Dependency.product(name: "HummingbirdHTTP2", package: "hummingbird")
let hummingbirdTesting = Target.Dependency.product(name: "HummingbirdTesting", package: "hummingbird")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioHTTPTypesHTTP1 = Target.Dependency.product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioFoundation = Target.Dependency.product(name: "NIOFoundationCompat", package: "swift-nio")
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let jwtKit = Target.Dependency.product(name: "JWTKit", package: "jwt-kit")
let collections = Target.Dependency.product(name: "DequeModule", package: "swift-collections")

// The programs that answer requests carry Swift's libraries within: calls into them, thousands a request, are direct
// then. What Foundation itself needs has to be named.
let swiftInside: [LinkerSetting] =
    [.unsafeFlags(["-static-stdlib"])]
    + ["CoreFoundation", "_FoundationCShims", "_FoundationCollections", "_FoundationICU"].map {
        .linkedLibrary($0)
    }

let package = Package(
    name: "tda-platform",
    products: [
        .library(name: "PersistentHomology", targets: ["PersistentHomology"]),
        .library(name: "TDAClient", targets: ["TDAClient"]),
        .executable(name: "tdad", targets: ["tdad"]),
        .executable(name: "tda", targets: ["tda"]),
        .executable(name: "tda-gateway", targets: ["tda-gateway"]),
        .executable(name: "tda-bridge", targets: ["tda-bridge"]),
        .executable(name: "tda-dev-broker", targets: ["tda-dev-broker"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
    ],
    targets: [
        .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"])]),
        .systemLibrary(name: "CHwloc", pkgConfig: "hwloc", providers: [.apt(["libhwloc-dev"])]),
        .systemLibrary(name: "CLibpq", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .systemLibrary(name: "COpenCL", pkgConfig: "OpenCL", providers: [.apt(["ocl-icd-opencl-dev"])]),
        .systemLibrary(name: "CRdKafka", pkgConfig: "rdkafka", providers: [.apt(["librdkafka-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        .target(name: "DistanceKernels", path: "kernels/distances"),
        .target(name: "RankKernels", path: "kernels/ranks"),
        .target(
            name: "OpenCLKernels", path: "kernels/opencl", exclude: ["distances.cl", "blocks.cl"]),
        .target(name: "CPredicates", path: "kernels/predicates"),

        .target(name: "SchemaTexts"),

        .target(name: "Vocabulary"),
        .target(name: "Hardware", dependencies: ["Vocabulary", "CHwloc", "COpenCL"]),
        .testTarget(name: "HardwareTests", dependencies: ["Hardware", "SeededRandom", "Vocabulary"]),
        .target(
            name: "Distances",
            dependencies: ["Vocabulary", "Hardware", "COpenBLAS", "DistanceKernels", "OpenCLKernels"]),
        .testTarget(
            name: "DistancesTests",
            dependencies: ["Distances", "Hardware", "SeededRandom", "TestSupport", "Vocabulary"]),
        .target(
            name: "PersistentHomology",
            dependencies: ["Vocabulary", "Hardware", "RankKernels", "OpenCLKernels"]),
        .target(name: "Delaunay", dependencies: ["Vocabulary", "Hardware", "CPredicates"]),
        .testTarget(
            name: "DelaunayTests",
            dependencies: [
                "Vocabulary", "Hardware", "CPredicates", "Delaunay", "SeededRandom", "TestSupport",
            ]),
        .target(name: "AlphaComplex", dependencies: ["Vocabulary", "Hardware", "CPredicates", "Delaunay"]),
        .testTarget(
            name: "AlphaComplexTests",
            dependencies: [
                "Vocabulary", "Hardware", "Delaunay", "AlphaComplex", "SeededRandom", "TestSupport",
            ]),
        .target(
            name: "Engine",
            dependencies: [
                "Vocabulary", "Hardware", "Distances", "PersistentHomology", "Delaunay", "AlphaComplex",
                collections,
            ]),
        .testTarget(name: "EngineTests", dependencies: ["Engine", "Hardware", "Vocabulary"]),
        .target(name: "Formats", dependencies: ["Vocabulary"]),
        .testTarget(name: "FormatsTests", dependencies: ["Formats", "SeededRandom", "Vocabulary"]),
        .target(name: "Settings", dependencies: ["Vocabulary", logging, arguments]),
        .testTarget(name: "SettingsTests", dependencies: ["Settings", logging, arguments]),
        .target(name: "Wire", dependencies: ["Vocabulary", nioCore, protobuf], exclude: ["tda.proto"]),
        .testTarget(
            name: "WireTests", dependencies: ["Wire", "SeededRandom", "Vocabulary", nioCore, nioEmbedded]),
        .target(name: "TDAClient", dependencies: ["Vocabulary", "Wire", nioCore, nioPosix]),
        .target(
            name: "Server",
            dependencies: ["Vocabulary", "Engine", "Wire", nioCore, nioPosix, logging, lifecycle]),
        .testTarget(
            name: "ServerTests",
            dependencies: [
                "Server", "Engine", "Hardware", "SeededRandom", "TDAClient", "Vocabulary", "Wire",
                nioEmbedded, logging, lifecycle,
            ]),
        .target(name: "Messages", dependencies: ["Formats"]),
        .testTarget(name: "MessagesTests", dependencies: ["Messages", "Formats"]),
        .target(name: "JobStore", dependencies: ["CLibpq", "Formats", "Messages", grdb, nioPosix]),
        .testTarget(name: "JobStoreTests", dependencies: ["JobStore", "Messages", "Formats", "CLibpq"]),
        .target(name: "ResultCache", dependencies: ["CHiredis", collections, nioPosix]),
        .testTarget(name: "ResultCacheTests", dependencies: ["ResultCache"]),
        .target(
            name: "Gateway",
            dependencies: [
                "CZlib", "Vocabulary", "Formats", "TDAClient", "Messages", "JobStore", "ResultCache",
                hummingbird, hummingbirdCore, hummingbirdHTTP2, httpTypes, nioCore, nioHTTP1, nioHTTPTypes,
                nioHTTPTypesHTTP1, nioPosix, nioSSL, nioTLS, collections, crypto, cryptoExtras, jwtKit,
                lifecycle, logging,
            ]),
        .testTarget(
            name: "GatewayTests",
            dependencies: [
                "Gateway", "Messages", "JobStore", "TDAClient", "Vocabulary", "SeededRandom", "Server",
                "Engine", "Hardware", hummingbird, hummingbirdTesting, httpTypes, nioCore, nioPosix, logging,
                lifecycle,
            ]),
        .target(name: "Schemas", dependencies: ["SchemaTexts", "Formats"]),
        .testTarget(name: "SchemasTests", dependencies: ["Schemas", "Formats"]),
        .target(name: "StreamWindows"),
        .testTarget(name: "StreamWindowsTests", dependencies: ["StreamWindows", "SeededRandom"]),
        .target(name: "Kafka", dependencies: ["CRdKafka", logging]),
        .target(
            name: "Bridge",
            dependencies: [
                "DistanceKernels", "Vocabulary", "Formats", "Settings", "TDAClient", "Messages", "JobStore",
                "Schemas", "StreamWindows", "Kafka", hummingbird, httpClient, httpTypes, nioCore, nioHTTP1,
                collections, crypto,
                lifecycle,
                signals,
                logging,
            ]),
        .testTarget(
            name: "BridgeTests",
            dependencies: [
                "Bridge", "Kafka", "StreamWindows", "Schemas", "Messages", "Formats", "SeededRandom",
                "Vocabulary",
            ]),

        .executableTarget(
            name: "tdad",
            dependencies: [
                "Server", "Engine", "Hardware", "Settings", "Vocabulary", arguments, lifecycle, logging,
                signals,
            ], linkerSettings: swiftInside),
        .executableTarget(
            name: "tda", dependencies: ["Vocabulary", "Formats", "TDAClient", "Settings", arguments]),
        .testTarget(name: "tdaTests", dependencies: ["tda", "Vocabulary", "Formats", "Settings", arguments]),
        .executableTarget(
            name: "tda-gateway",
            dependencies: [
                "Gateway", "Messages", "JobStore", "ResultCache", "Settings", "TDAClient", "Vocabulary",
                hummingbird, lifecycle, signals, nioCore, logging, arguments,
            ], linkerSettings: swiftInside),
        .executableTarget(
            name: "tda-bridge",
            dependencies: [
                "Vocabulary", "Formats", "Settings", "Messages", "JobStore", "Schemas", "StreamWindows",
                "Kafka",
                "Bridge", arguments, logging,
            ]),
        .executableTarget(
            name: "tda-dev-broker",
            dependencies: ["Kafka", "Settings", "Vocabulary", arguments, logging, signals]),

        // For tests: helpers, a slow judge of barcodes, and the fuzzer that sets the engine against it.
        .target(name: "SeededRandom", path: "Tests/SeededRandom"),
        .target(name: "TestSupport", dependencies: ["Hardware"], path: "Tests/TestSupport"),
        .target(
            name: "HomologyOracle", dependencies: ["Vocabulary", "SeededRandom"], path: "Tests/HomologyOracle"
        ),
        .target(
            name: "RipsTrials",
            dependencies: ["Vocabulary", "Hardware", "PersistentHomology", "HomologyOracle", "TestSupport"],
            path: "Tests/RipsTrials"),
        .executableTarget(
            name: "fuzz-rips", dependencies: ["Hardware", "HomologyOracle", "RipsTrials", arguments],
            path: "Tests/fuzz-rips"),
        .executableTarget(
            name: "bench-distances",
            dependencies: ["Vocabulary", "Hardware", "Distances", "PersistentHomology", "SeededRandom"],
            path: "bench/distances", exclude: ["compare"]),
        .executableTarget(
            name: "bench-alpha", dependencies: ["Vocabulary", "Hardware", "AlphaComplex"],
            path: "bench/alpha", exclude: ["compare", "differences"]),
        .executableTarget(
            name: "bench-rips", dependencies: ["Vocabulary", "Hardware", "Engine", "Formats"],
            path: "bench/rips"),
        .executableTarget(
            name: "socket-load",
            dependencies: ["TDAClient", "Formats", "SeededRandom", "Vocabulary", arguments],
            path: "bench/socket-load"),

        .testTarget(
            name: "PersistentHomologyTests",
            dependencies: [
                "Vocabulary", "Hardware", "PersistentHomology", "HomologyOracle", "RipsTrials",
                "SeededRandom", "TestSupport",
            ]),
    ]
)

// House settings, applied to every target of ours in one place.
let strict = Context.environment["TDA_WARNINGS_AS_ERRORS"] == "1"
for target in package.targets where target.type != .system {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ]
    if strict { target.swiftSettings?.append(.treatAllWarnings(as: .error)) }
}
