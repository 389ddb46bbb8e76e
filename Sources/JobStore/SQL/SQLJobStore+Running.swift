import FoundationEssentials

extension SQLJobStore {
    public func claim(
        owner: String, lease: Duration, maxAttempts: Int
    ) async throws(StoreError) -> ClaimedJob? {
        try await database.write { [self] session in
            let now = try session.now()
            try session.giveBackOrphans(at: now)
            let own = try session.rows(
                "SELECT suspect FROM jobs WHERE status = 'running' AND owner = ?1", [.text(owner)])
            if try own.contains(where: { try $0.integer(0) != 0 }) { return nil }
            while let (next, isSuspect) = try Self.nextJob(now, in: session) {
                if next.attempts >= maxAttempts {
                    try giveUp(next, now, in: session)
                } else if isSuspect, !own.isEmpty {
                    return nil
                } else {
                    return try begin(
                        next, owner: owner, until: now + lease, now, inCompany: !own.isEmpty, in: session)
                }
            }
            return nil
        }
    }

    /// The oldest job that waits. Nobody else can take it until this transaction has ended.
    private static func nextJob(
        _ now: Date, in session: any SQLSession
    ) throws -> (job: Job, isSuspect: Bool)? {
        try session.row(
            """
            SELECT \(Job.columns), suspect FROM jobs
            WHERE status = 'submitted' AND (not_before IS NULL OR not_before <= ?1)
                AND EXISTS (SELECT 1 FROM job_inputs WHERE job_inputs.job_id = jobs.job_id)
            ORDER BY created_at, job_id LIMIT 1 \(session.dialect.forUpdate)
            """, [.moment(now)]
        ).map { (try Job($0), try $0.integer(Job.columnCount) != 0) }
    }

    private func begin(
        _ job: Job, owner: String, until: Date, _ now: Date, inCompany: Bool, in session: any SQLSession
    ) throws -> ClaimedJob? {
        try session.execute(
            """
            UPDATE jobs SET status = 'running', owner = ?2, lease_until = ?3, attempts = attempts + 1,
                started_at = coalesce(started_at, ?4), progress = 0
            WHERE job_id = ?1
            """, [.text(job.id), .text(owner), .moment(until), .moment(now)])
        try session.execute(
            "UPDATE jobs SET had_company = ?2 WHERE status = 'running' AND owner = ?1",
            [.text(owner), .integer(inCompany ? 1 : 0)])
        var begun = job
        begun.state = .running
        begun.attempts += 1
        begun.startedAt = job.startedAt ?? now
        begun.progress = 0
        // However often it is begun, it is said once.
        if job.startedAt == nil { try announce(.started, of: begun, in: session) }
        let body = try session.row("SELECT body FROM job_inputs WHERE job_id = ?1", [.text(job.id)])
        return try body.map { ClaimedJob(job: begun, body: try $0.bytes(0)) }
    }

    /// A job that brought a process down every time is not tried for ever.
    private func giveUp(_ job: Job, _ now: Date, in session: any SQLSession) throws {
        let failure = JobFailure(
            code: "INTERNAL", message: "given up after \(job.attempts) attempts that did not end")
        try session.execute(
            """
            UPDATE jobs SET status = 'failed', completed_at = ?2, error_code = ?3, error_message = ?4,
                owner = NULL, lease_until = NULL
            WHERE job_id = ?1
            """, [.text(job.id), .moment(now), .text(failure.code), .text(failure.message)])
        try session.deleteInput(of: job.id)
        var failed = job
        failed.failure = failure
        try announce(.failed, of: failed, in: session)
    }

    public func renewLeases(
        _ ids: Set<String>, of owner: String, lease: Duration
    ) async throws(StoreError) -> Set<String> {
        let list = SQLValue.list(ids)
        return try await database.write { session in
            let ids = try session.rows(
                """
                UPDATE jobs SET lease_until = ?2
                WHERE owner = ?1 AND status = 'running'
                    AND job_id IN (\(session.dialect.elements("?3", .texts)))
                RETURNING job_id
                """, [.text(owner), .moment(try session.now() + lease), list])
            return Set(try ids.map { try $0.text(0) })
        }
    }

    public func setProgress(
        _ id: String, owner: String, _ progress: Double
    ) async throws(StoreError) -> Bool {
        try await database.write { session in
            try Self.change(id, of: owner, "progress = ?3", [.real(progress)], in: session) != nil
        }
    }

    public func complete(
        _ id: String, owner: String, _ results: JobResults
    ) async throws(StoreError) -> Bool {
        try await database.write { [self] session in
            let job = try Self.change(
                id, of: owner,
                """
                status = 'completed', completed_at = ?3, progress = 1, parameters = ?4, owner = NULL,
                lease_until = NULL
                """, [.moment(try session.now()), .text(results.parameters)], in: session)
            guard let job else { return false }
            try session.insert(results, of: id)
            try session.deleteInput(of: id)
            try announce(.completed(results), of: job, in: session)
            return true
        }
    }

    public func fail(
        _ id: String, owner: String, _ failure: JobFailure
    ) async throws(StoreError) -> Bool {
        try await database.write { [self] session in
            let job = try Self.change(
                id, of: owner,
                """
                status = 'failed', completed_at = ?3, error_code = ?4, error_message = ?5, owner = NULL,
                lease_until = NULL
                """,
                [.moment(try session.now()), .text(failure.code), .text(failure.message)], in: session)
            guard let job else { return false }
            try session.deleteInput(of: id)
            try announce(.failed, of: job, in: session)
            return true
        }
    }

    public func giveBack(
        _ id: String, owner: String, delay: Duration, _ interruption: Interruption
    ) async throws(StoreError) -> Bool {
        let attempts =
            switch interruption {
            case .postponed: "attempts = attempts - 1"
            case .lost: "attempts = attempts - had_company, suspect = 1"
            }
        return try await database.write { session in
            try Self.change(
                id, of: owner,
                """
                status = 'submitted', owner = NULL, lease_until = NULL, progress = 0, not_before = ?3,
                \(attempts)
                """, [.moment(try session.now() + delay)], in: session) != nil
        }
    }

    /// Changes a job if `owner` still runs it.
    ///
    /// - Parameter values: the parameters from `?3` on.
    /// - Returns: the job as it is then; nil when it is not the owner's any more.
    private static func change(
        _ id: String, of owner: String, _ assignments: String, _ values: [SQLValue],
        in session: any SQLSession
    ) throws -> Job? {
        try session.row(
            """
            UPDATE jobs SET \(assignments) WHERE job_id = ?1 AND owner = ?2 AND status = 'running'
            RETURNING \(Job.columns)
            """, [.text(id), .text(owner)] + values
        ).map { try Job($0) }
    }
}

extension SQLSession {
    /// Lets those jobs wait again whose gateway is dead.
    ///
    /// - Parameter now: only those whose lease has run out by then; nil, for all, is for who knows that no
    ///   other process runs jobs.
    func giveBackOrphans(at now: Date?) throws {
        try execute(
            """
            UPDATE jobs SET status = 'submitted', owner = NULL, lease_until = NULL, progress = 0,
                attempts = attempts - had_company, suspect = 1
            WHERE status = 'running' AND owner IS NOT NULL \(now == nil ? "" : "AND lease_until < ?1")
            """, now.map { [.moment($0)] } ?? [])
    }
}
