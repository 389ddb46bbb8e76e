import NIOCore
import NIOEmbedded
import Vocabulary
import Wire

/// Frames of every kind, made of the same values whenever they are made.
enum Samples {
    static func options(
        _ change: (inout VietorisRipsOptions) -> Void = { _ in }
    ) throws -> VietorisRipsOptions {
        var options = try VietorisRipsOptions()
        change(&options)
        return options
    }

    /// The corners of a unit square.
    static func square() throws -> ComputeRequest {
        ComputeRequest(
            input: .points(
                try PointCloud(dimension: 2, coordinates: .float32([0, 0, 1, 0, 1, 1, 0, 1]))),
            options: try options())
    }

    static func distances() throws -> ComputeRequest {
        ComputeRequest(
            input: .distances(
                try DistanceMatrix(
                    count: 3, lowerTriangle: .float64([1, 2, .infinity]),
                    vertexBirths: .float64([0, 0.5, 0.25]))),
            options: try options {
                $0.maxDimension = 2
                $0.maxEdgeLength = 1.5
                $0.precision = .float64
                $0.representatives = true
            }, threads: 2, timeout: .milliseconds(1500))
    }

    static func weightedLine() throws -> ComputeRequest {
        let weighting = try Weighting(.given, exponent: .infinity)
        return ComputeRequest(
            input: .points(
                try PointCloud(
                    dimension: 1, coordinates: .float32([0, 1, 3]), weights: .float32([0.5, 0, 0.25]))),
            options: try options {
                $0.weighting = weighting
                $0.subsample = 2
            })
    }

    static func measuredLine() throws -> ComputeRequest {
        let weighting = try Weighting(.distanceToMeasure(neighbours: 2, r: 1.5), exponent: .two)
        return ComputeRequest(
            input: .points(try PointCloud(dimension: 1, coordinates: .float32([0, 1, 3]))),
            options: try options { $0.weighting = weighting })
    }

    static let subsample = Subsample(indices: [0, 3, 1], coveringRadius: 0.75)

    static func graph() throws -> ComputeRequest {
        let field = try CoefficientField(modulus: 3)
        return ComputeRequest(
            input: .sparse(
                try SparseGraph(
                    count: 4, ends: [1, 0, 3, 2], lengths: .float32([0.5, 0.75]),
                    vertexBirths: .float32([0, 0.5, 0, 0]))),
            options: try options {
                $0.field = field
                $0.metric = .minkowski(p: 3)
            })
    }

    static func alpha() throws -> ComputeRequest {
        ComputeRequest(
            input: .points(
                try PointCloud(dimension: 2, coordinates: .float64([0, 0, 1, 0, 0.5, 0.75]))),
            options: .alpha(
                try AlphaComplexOptions(
                    maxDimension: 1, maxAlphaValue: 0.5, field: CoefficientField(modulus: 3),
                    representatives: true)))
    }

    static let triangle = AlphaShape(vertices: 3, edges: 3, triangles: 1, tetrahedra: 0)

    static let barcode = Barcode(
        maxDimension: 2,
        pairs: [
            PersistencePair(dimension: 0, birth: 0, death: 1),
            PersistencePair(dimension: 0, birth: 0, death: .infinity),
            PersistencePair(dimension: 1, birth: 1, death: 2.squareRoot()),
        ])

    static let barcodeWithCocycles = Barcode(
        maxDimension: 1,
        pairs: [
            PersistencePair(dimension: 0, birth: 0, death: .infinity),
            PersistencePair(dimension: 1, birth: 1, death: 1.5),
        ],
        representatives: [
            RepresentativeCocycle(vertices: [0, 1, 2, 3], coefficients: [1, 1, 1, 1]),
            RepresentativeCocycle(vertices: [3, 0, 2, 1], coefficients: [1, 2]),
        ],
        generators: [
            FlagGenerator(birth: .init(0, 0), death: nil),
            FlagGenerator(birth: .init(3, 0), death: .init(2, 0)),
        ])

    static var statistics: ComputeStatistics {
        var statistics = ComputeStatistics()
        statistics.pointCount = 4
        statistics.edgeCount = 6
        statistics.threadCount = 2
        statistics.computeSeconds = 0.125
        statistics.queueSeconds = 0.25
        statistics.estimatedMemory = 4096
        statistics.peakMemory = 2048
        statistics.threshold = 1.5
        statistics.backend = "cpu"
        statistics.phases = [
            .init(name: "edges", seconds: 0.0625), .init(name: "dimension 1", seconds: 0.03125),
        ]
        return statistics
    }

    static var status: DaemonStatus {
        var status = DaemonStatus()
        status.version = "0.1.0"
        status.processID = 42
        status.uptimeSeconds = 1.5
        status.threadCount = 2
        status.memoryBudget = 1 << 30
        status.memoryReserved = 1 << 20
        status.queueCapacity = 1024
        status.connections = 1
        status.completed = 7
        status.failed = 1
        status.cancelled = 2
        status.refused = 3
        status.computations = [
            ComputationSummary(
                id: 13, state: .running, client: "tda 0.1.0", pointCount: 100,
                progress: ComputeProgress(phase: "dimension 1", fraction: 0.5), seconds: 0.75,
                estimatedMemory: 4096)
        ]
        return status
    }

    static var hardware: HardwareDescription {
        var hardware = HardwareDescription()
        hardware.processor = "A processor"
        hardware.instructionSet = "avx512"
        hardware.cores = [
            .init(package: 0, memoryNode: 0, cacheDomain: 0, processors: [0, 2]),
            .init(package: 1, memoryNode: nil, cacheDomain: 1, processors: [1, 3]),
        ]
        hardware.memoryNodes = [1 << 34]
        hardware.cacheDomains = [1 << 25, 0]
        hardware.memory = 1 << 35
        hardware.memoryLimit = 1 << 33
        hardware.processorLimit = 1.5
        hardware.devices = [
            .init(
                platform: "A platform", name: "A device", kind: .gpu, version: "OpenCL 3.0, driver 1.2",
                computeUnits: 132, clockMegahertz: 1980, memory: 1 << 37, largestAllocation: 1 << 35,
                localMemory: 48 << 10, hasDoublePrecision: true)
        ]
        return hardware
    }

    static let failure = Failure(
        .overloaded, "1024 requests are waiting already, try again later", details: ["queue": "1024"],
        retryAfter: .milliseconds(250))

    static func requests() throws -> [(name: String, frame: OutboundFrame)] {
        [
            ("hello", .hello(client: "golden")),
            ("compute-points", .compute(id: 1, try square())),
            ("compute-distances", .compute(id: 2, try distances(), progressInterval: .milliseconds(200))),
            ("compute-sparse", .compute(id: 3, try graph())),
            ("estimate", .estimate(id: 4, try square())),
            ("compute-weighted", .compute(id: 10, try weightedLine())),
            ("compute-measured", .compute(id: 11, try measuredLine())),
            ("cancel-request", .cancel(id: 5, .request(2))),
            ("cancel-computation", .cancel(id: 6, .computation(13))),
            ("status", .status(id: 7)),
            ("devices", .devices(id: 8)),
            ("metrics", .metrics(id: 9)),
            ("compute-alpha", .compute(id: 12, try alpha())),
        ]
    }

    static func replies() -> [(name: String, frame: OutboundFrame)] {
        let plain = ComputeResult(barcode: barcode, statistics: statistics)
        let shaped = ComputeResult(barcode: barcode, statistics: statistics, alphaShape: triangle)
        let cocycles = ComputeResult(barcode: barcodeWithCocycles, statistics: statistics)
        let part = ComputeResult(barcode: barcode, statistics: statistics, subsample: subsample)
        return [
            ("welcome", .welcome(Welcome(server: "0.1.0", limits: FrameLimits(), maxInFlight: 256))),
            ("progress", .progress(id: 2, ComputeProgress(phase: "dimension 1", fraction: 0.5))),
            ("result", .result(id: 1, plain)),
            ("result-representatives", .result(id: 2, cocycles)),
            ("result-subsample", .result(id: 10, part)),
            ("result-alpha", .result(id: 12, shaped)),
            (
                "estimate-reply",
                .estimateReply(
                    id: 4,
                    ComputeEstimate(seconds: 0.5, memory: 4096, admissible: true, memoryBudget: 1 << 30))
            ),
            ("cancel-reply", .cancelReply(id: 5, found: true)),
            ("status-reply", .statusReply(id: 7, status)),
            ("devices-reply", .devicesReply(id: 8, hardware)),
            ("metrics-reply", .metricsReply(id: 9, text: "tda_connections 1\n")),
            ("failure", .failure(id: 3, failure)),
        ]
    }
}
