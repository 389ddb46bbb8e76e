import Formats
import FoundationEssentials
import HTTPTypes
import Hummingbird
import JobStore
import Messages
import NIOCore
import ResultCache
import Vocabulary

/// How the answer to a request for a computation comes about.
extension ComputeRoutes {
    /// Pairs that are written as JSON in some tens of microseconds.
    private static let shortBarcode = 500

    /// Computes, or makes a job of it, or finds that it was done before.
    func answer(
        _ algorithm: Algorithm, _ held: HeldBody, _ created: Date, _ request: Request,
        _ context: GatewayContext
    ) async throws -> Response {
        // What is read out of a body takes about as much: it counts until the answer.
        defer { withExtendedLifetime(held) {} }
        let body = try ArrayBody.normalized(held.bytes, of: request)
        var call = try Self.call(in: body, for: algorithm)
        if request.prefersAsync { call.isAsync = true }
        let key = try Self.idempotencyKey(of: request, algorithm, body)
        if let key,
            let earlier = try await jobs.stored({ store throws(StoreError) in
                try await store.job(submittedUnder: key)
            })
        {
            return try await response(to: earlier, isAsync: call.isAsync)
        }
        // A job is wanted all the same; an answer is nobody's once its client has left.
        let connection = call.isAsync ? nil : context.connection
        guard connection?.isClosed != true else { throw ClientLeft() }
        let submission = Submission(
            algorithm: algorithm, call: call, body: body, key: key, created: created,
            correlationID: context.requestID, traceParent: request.traceParent)
        guard call.fileID == nil else {
            // An upload may be large, however short the body that names it.
            return try await offTheLoop { try await answer(submission, connection) }
        }
        return try await answer(submission, connection)
    }

    /// A request for a computation, read and checked.
    private struct Submission: Sendable {
        let algorithm: Algorithm
        let call: ComputeCall
        let body: ByteBuffer
        let key: IdempotencyKey?
        let created: Date
        let correlationID: String
        let traceParent: TraceParent?
    }

    /// - Parameter connection: that on which somebody waits for the answer.
    private func answer(_ submission: Submission, _ connection: Connection?) async throws -> Response {
        let (call, key) = (submission.call, submission.key)
        let input = try await inputs.input(of: call)
        var work = call.request(for: input)
        work.traceParent = submission.traceParent
        var job = Job(
            id: RandomID.make(), algorithm: submission.algorithm.rawValue,
            createdAt: submission.created,
            pointCount: input.count, dimension: input.dimension, fileID: call.fileID,
            origin: JobOrigin(
                correlationID: submission.correlationID, traceParent: submission.traceParent?.text,
                wantsNotice: call.notifiesCompletion))

        let resultKey = call.cachesResults ? ResultKey(input, call.options) : nil
        if let resultKey, !call.isAsync, let known = await computations.result(for: resultKey) {
            return try await answer(job, known, cached: true, key)
        }
        let estimate = try await estimateIfNeeded(work, call, connection)
        if call.isAsync || estimate.map(exceedsSyncLimit) == true {
            job.parameters = call.options.json(threads: call.threads)
            let outcome = try await jobs.submit(job, body: Data(submission.body.readableBytesView), key: key)
            guard case .created = outcome else {
                return try await response(to: outcome, isAsync: call.isAsync)
            }
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
            guard result.barcode.pairs.count > Self.shortBarcode || !result.barcode.representatives.isEmpty
            else {
                return RenderedResult(result, options: work.options)
            }
            return await offTheLoop { RenderedResult(result, options: work.options) }
        }
        do {
            return try await cancelled(with: connection) { [computations] in
                // A deadline is this request's own: it must not end the others'.
                guard let key, work.timeout == nil else { return try await computing() }
                return try await computations.join(key, on: connection?.executor, compute: computing)
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
            guard case .created = outcome else { return try await response(to: outcome, isAsync: false) }
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
        of request: Request, _ algorithm: Algorithm, _ body: ByteBuffer
    ) throws(Problem) -> IdempotencyKey? {
        guard let key = request.headers.first(.idempotencyKey) else { return nil }
        guard (1...255).contains(key.utf8.count) else {
            throw .invalid("Idempotency-Key has \(key.utf8.count) bytes, 1 to 255 are taken")
        }
        // Each token has keys of its own, and is not to be found in the store.
        let owner = Hex.sha256(Array((request.headers[.authorization] ?? "").utf8)).prefix(16)
        return IdempotencyKey(key: "\(owner)/\(key)", digest: "\(algorithm.rawValue)/\(Hex.sha256(body))")
    }

    /// The answer to a request whose key was used before: of the same kind as the first was.
    private func response(to outcome: SubmitOutcome, isAsync: Bool) async throws -> Response {
        switch outcome {
        case .mismatch:
            throw Problem(
                .idempotencyMismatch, "this Idempotency-Key was used with another body; take a new key")
        case .existing(let job) where job.state == .completed && !isAsync:
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
}

extension ComputeCall {
    var fileID: String? { if case .file(let id) = source { id } else { nil } }
}

extension Request {
    /// Whether it says `Prefer: respond-async`, among other preferences perhaps (RFC 7240).
    fileprivate var prefersAsync: Bool {
        headers[values: .prefer].contains { preferences in
            preferences.split(separator: ",").contains { preference in
                let name = preference.split(separator: ";", omittingEmptySubsequences: false)[0]
                return name.filter { !$0.isWhitespace }.lowercased() == "respond-async"
            }
        }
    }
}

extension HTTPField.Name {
    fileprivate static let idempotencyKey = HTTPField.Name("Idempotency-Key")!
    fileprivate static let prefer = HTTPField.Name("Prefer")!
}
