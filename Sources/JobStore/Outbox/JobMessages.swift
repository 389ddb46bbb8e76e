import Formats
import FoundationEssentials
import Messages

/// What became of a job.
enum JobChange {
    case submitted
    case started
    case completed(JobResults)
    case failed
    case cancelled
}

extension MessageTopics {
    /// What consumers are told when `job` has changed, in the order in which it is to be published.
    ///
    /// A job whose client wants no notice of its end is not spoken of any more after its start.
    func messages(about change: JobChange, of job: Job, at time: Date) -> [Message] {
        func envelope(_ type: MessageType) -> Envelope {
            Envelope(
                type, source: "tda-gateway", correlationID: job.origin.correlationID ?? job.id,
                traceParent: job.origin.traceParent, time: time)
        }
        func state(_ type: MessageType, _ state: JobState) -> Message {
            envelope(type).message(to: jobs, key: job.id) { json in json.job(job, state) }
        }
        switch change {
        case .submitted: return [state(.jobSubmitted, .submitted)]
        case .started: return [state(.jobStarted, .running)]
        case .completed, .failed, .cancelled:
            guard job.origin.wantsNotice else { return [] }
        }
        switch change {
        case .completed(let results):
            let result = envelope(.resultGenerated)
                .message(to: self.results, key: job.id, capacity: results.json.count) { json in
                    json.result(results, of: job)
                }
            return [state(.jobCompleted, .completed), result]
        case .failed: return [state(.jobFailed, .failed)]
        case .cancelled: return [state(.jobCancelled, .cancelled)]
        case .submitted, .started: return []
        }
    }
}

extension JSONText {
    fileprivate mutating func job(_ job: Job, _ state: JobState) {
        member("job_id", job.id)
        member("algorithm", job.algorithm)
        member("status", state.rawValue)
        if let user = job.origin.user { member("user_id", user) }
        member("parameters", verbatim: Array((job.parameters ?? "{}").utf8))
        if let failure = job.failure {
            object("error") { json in
                json.member("code", failure.code)
                json.member("message", failure.message)
            }
        }
    }

    /// The pairs, Betti numbers and statistics as they stand in the results.
    fileprivate mutating func result(_ results: JobResults, of job: Job) {
        member("job_id", job.id)
        member("result_id", RandomID.make())
        member("result_type", "persistence_diagram")
        member("algorithm", job.algorithm)
        members(verbatim: Array(results.json))
    }
}
