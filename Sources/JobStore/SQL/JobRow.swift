import FoundationEssentials

extension Job {
    static let columns = """
        jobs.job_id, algorithm, status, jobs.created_at, started_at, completed_at, progress, num_points, \
        dimension, file_id, parameters, error_code, error_message, attempts, correlation_id, trace_parent, \
        user_id, wants_notice
        """
    static let columnCount = 18

    /// - Parameter row: begins with `columns`.
    init(_ row: SQLRow) throws(StoreError) {
        let status = try row.text(2)
        guard let state = JobState(rawValue: status) else { throw .broken("a job has the status \(status)") }
        var failure: JobFailure?
        if let code = try row.optionalText(11) {
            failure = JobFailure(code: code, message: try row.optionalText(12) ?? "")
        }
        self.init(
            id: try row.text(0), algorithm: try row.text(1), state: state, createdAt: try row.moment(3),
            startedAt: try row.optionalMoment(4), completedAt: try row.optionalMoment(5),
            progress: try row.real(6), pointCount: try row.optionalInteger(7),
            dimension: try row.optionalInteger(8), fileID: try row.optionalText(9),
            parameters: try row.optionalText(10), failure: failure, attempts: try row.integer(13),
            origin: JobOrigin(
                correlationID: try row.optionalText(14), traceParent: try row.optionalText(15),
                user: try row.optionalText(16), wantsNotice: try row.integer(17) != 0))
    }
}

extension SQLSession {
    func insert(_ job: Job) throws {
        try execute(
            """
            INSERT INTO jobs (job_id, algorithm, status, created_at, started_at, completed_at, progress,
                num_points, dimension, file_id, parameters, attempts, correlation_id, trace_parent, user_id,
                wants_notice)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
            """,
            [
                .text(job.id), .text(job.algorithm), .text(job.state.rawValue), .moment(job.createdAt),
                .moment(job.startedAt), .moment(job.completedAt), .real(job.progress),
                .integer(job.pointCount), .integer(job.dimension), .text(job.fileID), .text(job.parameters),
                .integer(job.attempts), .text(job.origin.correlationID), .text(job.origin.traceParent),
                .text(job.origin.user), .integer(job.origin.wantsNotice ? 1 : 0),
            ])
    }

    func job(_ id: String) throws -> Job? {
        try row("SELECT \(Job.columns) FROM jobs WHERE job_id = ?1", [.text(id)]).map { try Job($0) }
    }

    func insert(_ results: JobResults, of job: String) throws {
        try execute(
            "INSERT INTO results (job_id, body, tag) VALUES (?1, ?2, ?3)",
            [.text(job), .bytes(results.json), .text(results.tag)])
    }

    /// A job that has ended does not need what it was to be run from.
    func deleteInput(of job: String) throws {
        try execute("DELETE FROM job_inputs WHERE job_id = ?1", [.text(job)])
    }
}
