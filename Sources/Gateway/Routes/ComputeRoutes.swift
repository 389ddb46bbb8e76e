import Formats
import FoundationEssentials
import HTTPTypes
import Hummingbird
import JobStore
import Messages
import NIOCore
import ResultCache
import Vocabulary

/// `POST /tda/compute/vietoris-rips`, `POST /tda/compute/alpha-complex` and `POST /tda/estimate`.
struct ComputeRoutes: Sendable {
    let compute: any Compute
    let inputs: InputSource
    let computations: SharedComputations
    let jobs: Jobs
    let recent: RecentJobs
    let bodies: BodyReader
    let metrics: GatewayMetrics
    /// What a request may take the daemon, on one thread, before it becomes a job.
    let syncLimit: Duration

    var routes: [Route] {
        [
            Route(Self.vietorisRips, isShort: true) { request, context in
                try await compute(.vietorisRips, request, context)
            },
            Route(Self.alphaComplex, isShort: true) { request, context in
                try await compute(.alphaComplex, request, context)
            },
            Route(Self.estimating) { request, context in try await estimate(request, context) },
        ]
    }

    private static func mediaTypes(_ schema: String) -> [Content] {
        [
            Content.json(schema), Content(type: ArrayBody.npy, schema: .bytes),
            Content(type: ArrayBody.raw, schema: .bytes),
        ]
    }
    private static let arrayParameters = [
        Parameter(
            name: ArrayBody.shapeHeader.rawName, place: .header, schema: .string,
            description: "Of an octet stream: the numbers of points and of coordinates, as in `1000,3`."),
        Parameter(
            name: ArrayBody.typeHeader.rawName, place: .header, schema: .string,
            description: "Of an octet stream: `float32` (if not given) or `float64`, little-endian."),
    ]

    private static let vietorisRips = computing(
        "vietoris-rips", "computeVietorisRips", "The barcode of a Vietoris–Rips filtration.",
        "VietorisRipsRequest")
    private static let alphaComplex = computing(
        "alpha-complex", "computeAlphaComplex",
        "The barcode of the alpha filtration of points in the plane or in space; births and deaths are radii.",
        "AlphaComplexRequest")

    private static func computing(
        _ path: String, _ name: String, _ summary: String, _ schema: String
    ) -> Operation {
        Operation(
            .post, "\(apiRoot)/tda/compute/\(path)", name, .compute, summary,
            description: "Arrays of points may be sent as they are; what else the JSON body would say in "
                + "`parameters` and `job_options` stands in the query then.",
            parameters: arrayParameters + [
                Parameter(
                    name: "Idempotency-Key", place: .header,
                    schema: #"{"type": "string", "minLength": 1, "maxLength": 255}"#,
                    description: "The same key and body give the same job."),
                Parameter(
                    name: "Prefer", place: .header, schema: .string,
                    description: "`respond-async` makes a job of the request."),
            ],
            body: mediaTypes(schema),
            answers: [
                Answer(.ok, "It was computed.", [.json("Job")]),
                Answer(
                    .accepted, "It will be computed, as a job that is stored.", [.json("Accepted")],
                    headers: [("Location", "The job."), ("Retry-After", "Seconds until it may be done.")]),
            ], problems: [.notFound, .idempotencyMismatch, .resourceLimit, .deadlineExceeded])
    }

    private static let estimating = Operation(
        .post, "\(apiRoot)/tda/estimate", "estimate", .compute, "What a computation will take.",
        parameters: arrayParameters, body: mediaTypes("EstimateRequest"),
        answers: [Answer(.ok, "Time and memory, roughly.", [.json("Estimate")])], problems: [.notFound])

    // MARK: Compute

    private func compute(
        _ algorithm: Algorithm, _ request: Request, _ context: GatewayContext
    ) async throws -> Response {
        let created = Date()
        // Inflated on the way, a few bytes may become many.
        guard request.headers.first(.contentEncoding) == nil else {
            return try await offTheLoop {
                try await answer(algorithm, try await bodies.read(request), created, request, context)
            }
        }
        let body = try await bodies.read(request)
        guard body.byteCount > ShortRequests.longestBody else {
            return try await answer(algorithm, body, created, request, context)
        }
        return try await offTheLoop { try await answer(algorithm, body, created, request, context) }
    }

    // MARK: Estimate

    /// Asks the daemon what the work will take, unless it is small enough to do without asking.
    ///
    /// What must be done within the request is judged by the time that it takes one thread: all who wait share the
    /// threads, and nobody knows how many will. A request that waits for its answer fails when the daemon is away; a job can wait for the daemon.
    func estimateIfNeeded(
        _ work: ComputeRequest, _ call: ComputeCall, _ connection: Connection?
    ) async throws -> ComputeEstimate? {
        guard call.isAsync || !work.isSmall else { return nil }
        let estimate: ComputeEstimate
        do {
            let asked = call.isAsync ? work : work.onOneThread
            estimate = try await cancelled(with: connection) { [compute] in try await compute.estimate(asked)
            }
        } catch let error as Failure {
            guard call.isAsync, [.unavailable, .overloaded].contains(error.code) else { throw Problem(error) }
            return nil
        }
        guard estimate.admissible else {
            throw Problem(
                .resourceLimit,
                "this needs about \(estimate.memory >> 20) MiB, more than the budget of "
                    + "\(estimate.memoryBudget >> 20) MiB; \(work.options.relief)",
                details: [
                    ("estimate", .integer(estimate.memory)), ("budget", .integer(estimate.memoryBudget)),
                ])
        }
        return estimate
    }

    func exceedsSyncLimit(_ estimate: ComputeEstimate) -> Bool { .seconds(estimate.seconds) > syncLimit }

    private func estimate(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let held = try await bodies.read(request)
        defer { withExtendedLifetime(held) {} }
        let call = try Self.call(in: try ArrayBody.normalized(held.bytes, of: request), for: nil)
        let input = try await inputs.input(of: call)
        let work = call.request(for: input)
        let estimate: ComputeEstimate
        var isAsync = call.isAsync
        do throws(Failure) {
            estimate = try await compute.estimate(work)
            if !isAsync { isAsync = exceedsSyncLimit(try await compute.estimate(work.onOneThread)) }
        } catch {
            throw Problem(error)
        }
        var json = JSONText()
        json.object { json in
            json.member("estimated_time_ms", estimate.seconds * 1000)
            json.member("estimated_memory_mb", Double(estimate.memory) / 1_048_576)
            json.member("mode", isAsync ? "async" : "sync")
            json.member("admissible", estimate.admissible)
            json.member("memory_budget_mb", Double(estimate.memoryBudget) / 1_048_576)
        }
        return .json(json)
    }

    static func call(in body: ByteBuffer, for algorithm: Algorithm?) throws -> ComputeCall {
        try body.withUnsafeReadableBytes { bytes in
            try ComputeFields.read(bytes, for: algorithm).check(for: algorithm)
        }
    }
}

extension ComputeRequest {
    fileprivate var onOneThread: ComputeRequest {
        var request = self
        request.threads = 1
        return request
    }

    /// Whether it takes so little, in time and memory, that asking for an estimate would take longer.
    fileprivate var isSmall: Bool {
        switch options {
        case .alpha: input.count <= 2000
        case .vietorisRips(let options):
            switch options.maxDimension {
            case 0: input.count <= 1000
            case 1: input.count <= 200
            case 2: input.count <= 50
            default: input.count <= 12
            }
        }
    }
}

extension ComplexOptions {
    /// What makes a computation smaller.
    fileprivate var relief: String {
        switch self {
        case .vietorisRips: "lower max_edge_length or max_dimension"
        case .alpha: "use fewer points"
        }
    }
}
