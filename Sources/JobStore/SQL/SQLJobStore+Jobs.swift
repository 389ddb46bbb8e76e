public import FoundationEssentials

extension SQLJobStore {
    // MARK: Submitting

    public func submit(
        _ job: Job, body: Data, key: IdempotencyKey?
    ) async throws(StoreError) -> SubmitOutcome {
        try await add(job, key) { [self] session in
            try session.execute(
                "INSERT INTO job_inputs (job_id, body) VALUES (?1, ?2)", [.text(job.id), .bytes(body)])
            try announce(.submitted, of: job, in: session)
        }
    }

    public func record(
        _ job: Job, results: JobResults, key: IdempotencyKey?
    ) async throws(StoreError) -> SubmitOutcome {
        try await add(job, key) { [self] session in
            try session.insert(results, of: job.id)
            try announce(.submitted, of: job, in: session)
            try announce(.completed(results), of: job, in: session)
        }
    }

    /// Adds a job and `more`, unless its key is known.
    private func add(
        _ job: Job, _ key: IdempotencyKey?, more: @escaping @Sendable (any SQLSession) throws -> Void
    ) async throws(StoreError) -> SubmitOutcome {
        try await database.write { session in
            if let known = try Self.outcome(of: key, in: session) { return known }
            try session.insert(job)
            if let key, try !Self.insert(key, of: job.id, in: session) {
                // Another gateway was faster.
                try session.execute("DELETE FROM jobs WHERE job_id = ?1", [.text(job.id)])
                return try Self.outcome(of: key, in: session) ?? .mismatch
            }
            try more(session)
            return .created
        }
    }

    public func job(submittedUnder key: IdempotencyKey) async throws(StoreError) -> SubmitOutcome? {
        try await database.read { session in try Self.outcome(of: key, in: session) }
    }

    /// What a second request with this key gets; nil when there was none.
    private static func outcome(
        of key: IdempotencyKey?, in session: any SQLSession
    ) throws -> SubmitOutcome? {
        guard let key else { return nil }
        let row = try session.row(
            """
            SELECT \(Job.columns), digest FROM idempotency_keys
            JOIN jobs ON jobs.job_id = idempotency_keys.job_id WHERE key = ?1
            """, [.text(key.key)])
        guard let row else { return nil }
        return try row.text(Job.columnCount) == key.digest ? .existing(try Job(row)) : .mismatch
    }

    /// False where the key is there already.
    private static func insert(
        _ key: IdempotencyKey, of job: String, in session: any SQLSession
    ) throws -> Bool {
        try session.execute(
            """
            INSERT INTO idempotency_keys (key, digest, job_id) VALUES (?1, ?2, ?3)
            ON CONFLICT (key) DO NOTHING
            """, [.text(key.key), .text(key.digest), .text(job)]) == 1
    }

    // MARK: Reading

    public func job(_ id: String) async throws(StoreError) -> Job? {
        try await database.read { session in try session.job(id) }
    }

    public func jobs(
        state: JobState?, limit: Int, after cursor: JobCursor?
    ) async throws(StoreError) -> [Job] {
        try await database.read { session in
            var conditions: [String] = []
            var values: [SQLValue] = [.integer(limit)]
            if let state {
                values.append(.text(state.rawValue))
                conditions.append("status = ?\(values.count)")
            }
            if let cursor {
                values += [.moment(cursor.createdAt), .text(cursor.id)]
                conditions.append("(created_at, job_id) < (?\(values.count - 1), ?\(values.count))")
            }
            let filter = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
            return try session.rows(
                """
                SELECT \(Job.columns) FROM jobs \(filter) ORDER BY created_at DESC, job_id DESC LIMIT ?1
                """, values
            ).map { try Job($0) }
        }
    }

    public func results(of id: String) async throws(StoreError) -> JobResults? {
        try await database.read { session in
            try session.row(
                """
                SELECT body, tag, parameters FROM results JOIN jobs ON jobs.job_id = results.job_id
                WHERE results.job_id = ?1
                """, [.text(id)]
            ).map { row in
                JobResults(
                    json: try row.bytes(0), parameters: try row.optionalText(2) ?? "{}",
                    tag: try row.text(1))
            }
        }
    }

    public func jobCounts() async throws(StoreError) -> [JobState: Int] {
        try await database.read { session in
            var counts: [JobState: Int] = [:]
            for row in try session.rows("SELECT status, count(*) FROM jobs GROUP BY status") {
                if let state = JobState(rawValue: try row.text(0)) { counts[state] = try row.integer(1) }
            }
            return counts
        }
    }

    // MARK: Ending

    public func cancel(_ id: String) async throws(StoreError) -> EndOutcome {
        try await database.write { [self] session in
            let changed = try session.execute(
                """
                UPDATE jobs SET status = 'cancelled', completed_at = ?2, owner = NULL, lease_until = NULL
                WHERE job_id = ?1 AND status IN ('submitted', 'running')
                """, [.text(id), .moment(try session.now())])
            guard let job = try session.job(id) else { return .missing }
            guard changed == 1 else { return .wrongState(job) }
            try session.deleteInput(of: id)
            try announce(.cancelled, of: job, in: session)
            return .done(job)
        }
    }

    public func delete(_ id: String) async throws(StoreError) -> EndOutcome {
        try await database.write { session in
            guard let job = try session.job(id) else { return .missing }
            guard job.state.hasEnded else { return .wrongState(job) }
            try session.execute("DELETE FROM jobs WHERE job_id = ?1", [.text(id)])
            return .done(job)
        }
    }

    public func deleteJobs(endedBefore moment: Date) async throws(StoreError) -> Int {
        try await database.write { session in
            try session.execute(
                """
                DELETE FROM jobs WHERE status IN ('completed', 'failed', 'cancelled') AND completed_at < ?1
                """, [.moment(moment)])
        }
    }
}
