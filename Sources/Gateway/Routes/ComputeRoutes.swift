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
    /// What the daemon may hold a request for before it becomes a job.
    let syncLimit: Duration

    var routes: [Route] {
        [
            Route(Self.vietorisRips) { request, context in
                try await compute(.vietorisRips, request, context)
            },
            Route(Self.alphaComplex) { request, context in
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
        let held = try await bodies.read(request)
        let body = try ArrayBody.normalized(held.bytes, of: request)
        let key = try Self.idempotencyKey(of: request, body)
        if let key,
            let earlier = try await jobs.stored({ store throws(StoreError) in
                try await store.job(submittedUnder: key)
            })
        {
            return try await response(to: earlier)
        }
        var call = try Self.call(in: body, for: algorithm)
        if request.headers[values: .prefer].contains(where: { $0.contains("respond-async") }) {
            call.isAsync = true
        }
        // A job is wanted all the same; an answer is nobody's once its client has left.
        let connection = call.isAsync ? nil : context.connection
        guard connection?.isClosed != true else { throw ClientLeft() }
        let input = try await inputs.input(of: call)
        let work = call.request(for: input)
        let job = Job(
            id: UUID().uuidString.lowercased(), algorithm: algorithm.rawValue, createdAt: created,
            pointCount: input.count, dimension: input.dimension, fileID: call.fileID,
            parameters: call.options.json(threads: call.threads),
            origin: JobOrigin(
                correlationID: context.requestID, traceParent: request.traceParent,
                wantsNotice: call.notifiesCompletion))

        let resultKey = call.cachesResults ? ResultKey(input, call.options) : nil
        if let resultKey, !call.isAsync, let known = await computations.result(for: resultKey) {
            return try await answer(job, known, cached: true, key)
        }
        let estimate = try await estimateIfNeeded(work, call, connection)
        if call.isAsync || estimate.map({ .seconds($0.seconds) > syncLimit }) == true {
            let outcome = try await jobs.submit(job, body: Data(body.readableBytesView), key: key)
            guard case .created = outcome else { return try await response(to: outcome) }
            return Self.accepted(job, estimated: estimate.map { .seconds($0.seconds) } ?? syncLimit)
        }
        let result = try await result(of: work, resultKey, connection)
        return try await answer(job, result, cached: false, key)
    }

    /// Computes while the client waits, once for all who want the same.
    private func result(
        of work: ComputeRequest, _ key: ResultKey?, _ connection: Connection?
    ) async throws -> RenderedResult {
        let computing: @Sendable () async throws -> RenderedResult = { [compute, metrics] in
            let result = try await metrics.counting { try await compute.compute(work, progress: nil) }
            return RenderedResult(result, options: work.options)
        }
        do {
            return try await cancelled(with: connection) { [computations] in
                // A deadline is this request's own: it must not end the others'.
                guard let key, work.timeout == nil else { return try await computing() }
                return try await computations.join(key, compute: computing)
            }
        } catch let failure as Failure {
            throw Problem(failure)
        }
    }

    /// Answers what was computed in its request.
    private func answer(
        _ job: Job, _ result: RenderedResult, cached: Bool, _ key: IdempotencyKey?
    ) async throws -> Response {
        var job = job
        job.state = .completed
        job.startedAt = job.createdAt
        job.completedAt = Date()
        job.progress = 1
        job.parameters = result.parameters
        if key != nil || jobs.store.announcesJobs {
            // To be found again under its key, or to be announced, it has to be stored.
            let completed = job
            let outcome = try await jobs.stored { store throws(StoreError) in
                try await store.record(completed, results: result.stored, key: key)
            }
            guard case .created = outcome else { return try await response(to: outcome) }
        } else {
            recent.insert(job, result)
        }
        return .json(
            job.json(
                results: result.results, cached: cached,
                computationMilliseconds: result.computationMilliseconds))
    }

    // MARK: Idempotency

    private static func idempotencyKey(
        of request: Request, _ body: ByteBuffer
    ) throws(Problem) -> IdempotencyKey? {
        guard let key = request.headers[.idempotencyKey] else { return nil }
        guard (1...255).contains(key.utf8.count) else {
            throw .invalid("Idempotency-Key has \(key.utf8.count) bytes, 1 to 255 are taken")
        }
        let digest = body.withUnsafeReadableBytes { SHA256.hexDigits(of: $0) }
        // Each token has keys of its own, and is not to be found in the store.
        let token = Array((request.headers[.authorization] ?? "").utf8)
        let owner = token.withUnsafeBytes { SHA256.hexDigits(of: $0) }.prefix(16)
        return IdempotencyKey(key: "\(owner)/\(key)", digest: digest)
    }

    /// The answer to a request whose key was used before.
    private func response(to outcome: SubmitOutcome) async throws -> Response {
        switch outcome {
        case .mismatch:
            throw Problem(
                .idempotencyMismatch, "this Idempotency-Key was used with another body; take a new key")
        case .existing(let job) where job.state == .completed:
            let results = try await jobs.stored { store throws(StoreError) in
                try await store.results(of: job.id)
            }
            return .json(job.json(results: results.map { Array($0.json) }))
        case .existing(let job): return Self.accepted(job, estimated: syncLimit)
        case .created: throw Problem(.internal, "a job that was just made cannot be replayed")
        }
    }

    private static func accepted(_ job: Job, estimated: Duration) -> Response {
        let url = "/api/v1/jobs/\(job.id)"
        let seconds = max(estimated / .seconds(1), 0)
        var json = JSONText()
        json.object { json in
            json.member("job_id", job.id)
            json.member("status", job.state.rawValue)
            json.member("status_url", url)
            json.member("estimated_completion", job.createdAt.addingTimeInterval(seconds).contractText)
        }
        var response = Response.json(json, status: .accepted)
        response.headers[.location] = url
        response.headers[.retryAfter] = String(Int(min(max(1, seconds.rounded(.up)), 60)))
        return response
    }

    // MARK: Estimate

    /// Asks the daemon what the work will take, unless it is small enough to do without asking.
    ///
    /// A request that waits for its answer fails when the daemon is away; a job can wait for the daemon.
    private func estimateIfNeeded(
        _ work: ComputeRequest, _ call: ComputeCall, _ connection: Connection?
    ) async throws -> ComputeEstimate? {
        guard call.isAsync || !work.isSmall else { return nil }
        let estimate: ComputeEstimate
        do {
            estimate = try await cancelled(with: connection) { [compute] in try await compute.estimate(work) }
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

    private func estimate(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let call = try Self.call(
            in: try ArrayBody.normalized(try await bodies.read(request).bytes, of: request), for: nil)
        let input = try await inputs.input(of: call)
        let estimate: ComputeEstimate
        do throws(Failure) {
            estimate = try await compute.estimate(call.request(for: input))
        } catch {
            throw Problem(error)
        }
        var json = JSONText()
        json.object { json in
            json.member("estimated_time_ms", estimate.seconds * 1000)
            json.member("estimated_memory_mb", Double(estimate.memory) / 1_048_576)
            json.member("mode", call.isAsync || .seconds(estimate.seconds) > syncLimit ? "async" : "sync")
            json.member("admissible", estimate.admissible)
            json.member("memory_budget_mb", Double(estimate.memoryBudget) / 1_048_576)
        }
        return .json(json)
    }

    private static func call(in body: ByteBuffer, for algorithm: Algorithm?) throws -> ComputeCall {
        try body.withUnsafeReadableBytes { bytes in
            try ComputeFields.read(bytes, for: algorithm).check(for: algorithm)
        }
    }
}

extension ComputeRequest {
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

extension ComputeCall {
    var fileID: String? { if case .file(let id) = source { id } else { nil } }
}

extension HTTPField.Name {
    fileprivate static let idempotencyKey = HTTPField.Name("Idempotency-Key")!
    fileprivate static let prefer = HTTPField.Name("Prefer")!
}
