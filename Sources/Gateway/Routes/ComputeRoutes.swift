import FoundationEssentials
import Hummingbird
import NIOCore
import Vocabulary

/// `POST /tda/compute/vietoris-rips` and `POST /tda/estimate`.
struct ComputeRoutes: Sendable {
    let compute: any Compute
    let bodies: BodyReader
    let metrics: GatewayMetrics
    /// What the daemon may hold a request for before it should be a job.
    let syncLimit: Duration

    func add(to api: RouterGroup<GatewayContext>) {
        api.post("/tda/compute/vietoris-rips") { request, context in
            try await vietorisRips(request, context)
        }
        api.post("/tda/estimate") { request, context in
            try await estimate(request, context)
        }
    }

    // MARK: Vietoris–Rips

    private func vietorisRips(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let created = Date()
        let call = try await read(request)
        guard !call.isAsync else {
            throw Problem(.notImplemented, "async jobs are not served yet; send the request without async")
        }
        let input = try input(of: call)
        let result = try await measured {
            try await compute.compute(call.request(for: input), for: context.connection)
        }
        let answer = ComputedJob(
            id: UUID().uuidString.lowercased(), created: created, completed: Date(),
            call: call, input: input, result: result)
        return .json(answer.json)
    }

    /// Runs `body`, counts how it ended, and translates its failure.
    private func measured(_ body: () async throws -> ComputeResult) async throws -> ComputeResult {
        let start = ContinuousClock.now
        do {
            let result = try await body()
            metrics.computationEnded(outcome: "completed", elapsed: ContinuousClock.now - start)
            return result
        } catch let failure as Failure {
            metrics.computationEnded(outcome: failure.code.rawValue, elapsed: ContinuousClock.now - start)
            throw Problem(failure)
        }
    }

    // MARK: Estimate

    private func estimate(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let call = try await read(request)
        let input = try input(of: call)
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

    // MARK: Body

    private func read(_ request: Request) async throws -> ComputeCall {
        let body = try await bodies.read(request)
        return try body.withUnsafeReadableBytes { bytes in try ComputeFields.read(bytes).check() }
    }

    private func input(of call: ComputeCall) throws -> ComputeInput {
        switch call.source {
        case .input(let input): return input
        case .file:
            throw Problem(
                .notImplemented,
                "uploads are not served yet; send the points in point_cloud instead of file_id")
        }
    }
}
