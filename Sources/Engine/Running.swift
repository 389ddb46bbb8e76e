import Hardware
import Synchronization
import Vocabulary

/// What happens on a thread of the pool.
extension Engine {
    /// Blocks the calling thread, which leads `team`, for as long as the job takes.
    func execute(_ job: Job, _ team: any Team) {
        do {
            let input = try job.readInput()
            guard let plan = try plan(job, input) else { return }
            let context = ComputeContext(team: team, memory: job.memory, stop: job.stop, progress: job.meter)
            var result = try computation.run(input, job.options, plan, context)
            result.statistics.peakMemory = job.memory.peak
            finish(job, .success(result))
        } catch {
            finish(job, .failure(error))
        }
    }

    /// The plan to go on with at once; nil when the job has ended or gone back to the queue.
    private func plan(_ job: Job, _ input: ComputeInput) throws(Failure) -> Plan? {
        let known = state.withLock { $0.records[job.id]?.plan }
        if let known { return known }
        let plan = try computation.plan(input, job.options, threads: teamSize(job.threads))
        let (cost, isSmall) = settings.price(plan.cost)
        if let estimated = settleEstimate(job, plan) {
            estimated(.success(estimate(of: cost)))
            return nil
        }
        return try state.withLock { state throws(Failure) in
            guard var record = state.records[job.id] else { return nil }
            if record.isSmall {
                state.records[job.id]?.plan = plan
                return plan
            }
            guard cost.memory <= budget.limit else {
                throw .pastBudget(estimate: cost.memory, budget: budget.limit)
            }
            if let stopFailure = record.stopFailure { throw stopFailure }
            state.startedMemory -= record.reservation
            record.plan = plan
            record.cost = cost
            record.isSmall = isSmall
            guard isSmall else {
                requeue(record, in: &state)
                return nil
            }
            state.startedMemory += record.reservation
            state.records[job.id] = record
            return plan
        }
    }

    /// Back into the queue, with its cost known and its reservation given back.
    private func requeue(_ record: JobRecord, in state: inout EngineState) {
        var record = record
        state.startedCount -= 1
        record.state = .waiting
        record.startedAt = nil
        state.records[record.job.id] = record
        state.queuedCount += 1
        state.queuedInputs += record.job.shape.byteCount
        state.queue.append(record.job.id, of: record.job.client, seconds: record.cost.seconds, to: .large)
    }

    /// The completion of an estimate, whose job has ended by it; nil for a computation.
    private func settleEstimate(
        _ job: Job, _ plan: Plan
    ) -> (@Sendable (Result<ComputeEstimate, Failure>) -> Void)? {
        let record = state.withLock { state -> JobRecord? in
            guard case .estimate = state.records[job.id]?.purpose else { return nil }
            return state.remove(job.id, at: settings.now())
        }
        guard let record, case .estimate(let completion) = record.purpose else { return nil }
        record.release()
        wakeIfIdle()
        return completion
    }
}
