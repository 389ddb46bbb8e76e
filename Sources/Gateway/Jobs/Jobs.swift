import FoundationEssentials
import JobStore
import Logging

/// The store's jobs as the routes see them, and what concerns the gateway's own runner.
struct Jobs: Sendable {
    let store: any JobStore
    let runner: JobRunner
    let events: JobEvents

    /// Stores a job, and lets it run once that is done.
    func submit(_ job: Job, body: Data, key: IdempotencyKey?) async throws(Problem) -> SubmitOutcome {
        let outcome = try await stored { store throws(StoreError) in
            try await store.submit(job, body: body, key: key)
        }
        if outcome == .created { runner.wake() }
        return outcome
    }

    /// - Throws: NOT_FOUND.
    func job(_ id: String) async throws(Problem) -> Job {
        guard var job = try await stored({ store throws(StoreError) in try await store.job(id) }) else {
            throw .noJob(id)
        }
        if job.state == .running, let event = events.latest(of: id) { job.progress = event.progress }
        return job
    }

    /// - Throws: NOT_FOUND, or CONFLICT for a job that has ended.
    func cancel(_ id: String) async throws(Problem) -> Job {
        switch try await stored({ store throws(StoreError) in try await store.cancel(id) }) {
        case .done(let job):
            runner.stop(id)
            events.publish(JobEvent(job), of: id)
            return job
        case .wrongState(let job):
            throw Problem(
                .conflict, "job \(id) is \(job.state.rawValue), it cannot be cancelled any more",
                details: [("status", .text(job.state.rawValue))])
        case .missing: throw .noJob(id)
        }
    }

    /// - Throws: NOT_FOUND, or CONFLICT for a job that has not ended.
    func delete(_ id: String) async throws(Problem) {
        switch try await stored({ store throws(StoreError) in try await store.delete(id) }) {
        case .done: return
        case .wrongState(let job):
            throw Problem(
                .conflict, "job \(id) is \(job.state.rawValue); cancel it before you delete it",
                details: [("status", .text(job.state.rawValue))])
        case .missing: throw .noJob(id)
        }
    }

    /// Asks the store in a task of its own: what a client began is finished though it leaves.
    func stored<Value: Sendable>(
        _ body: @escaping @Sendable (any JobStore) async throws(StoreError) -> Value
    ) async throws(Problem) -> Value {
        let asking = Task { [store] in
            do throws(StoreError) {
                return Result<Value, StoreError>.success(try await body(store))
            } catch {
                return .failure(error)
            }
        }
        switch await asking.value {
        case .success(let value): return value
        case .failure(let error):
            runner.logger.error("the store failed", metadata: ["error": "\(error)"])
            throw Problem(error)
        }
    }
}

extension Problem {
    static func noJob(_ id: String) -> Problem { Problem(.notFound, "there is no job \(id.prefix(64))") }
}
