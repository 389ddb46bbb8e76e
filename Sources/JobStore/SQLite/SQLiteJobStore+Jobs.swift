public import FoundationEssentials
import GRDB

extension SQLiteJobStore {
    // MARK: Submitting

    public func submit(
        _ job: Job, body: Data, key: IdempotencyKey?
    ) async throws(StoreError) -> SubmitOutcome {
        try await write { db in
            if let known = try Self.outcome(of: key, in: db) { return known }
            try job.insert(into: db)
            try db.execute(
                sql: "INSERT INTO job_inputs (job_id, body) VALUES (?, ?)", arguments: [job.id, body])
            try Self.insert(key, job: job.id, into: db)
            return .created
        }
    }

    public func record(
        _ job: Job, results: JobResults, key: IdempotencyKey?
    ) async throws(StoreError) -> SubmitOutcome {
        try await write { db in
            if let known = try Self.outcome(of: key, in: db) { return known }
            try job.insert(into: db)
            try Self.insert(results, job: job.id, into: db)
            try Self.insert(key, job: job.id, into: db)
            return .created
        }
    }

    public func job(submittedUnder key: IdempotencyKey) async throws(StoreError) -> SubmitOutcome? {
        try await read { db in try Self.outcome(of: key, in: db) }
    }

    /// What a second request with this key gets; nil when there was none.
    private static func outcome(of key: IdempotencyKey?, in db: Database) throws -> SubmitOutcome? {
        guard let key else { return nil }
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT digest, \(Job.columns) FROM idempotency_keys JOIN jobs USING (job_id) WHERE key = ?
                """, arguments: [key.key])
        guard let row else { return nil }
        return row["digest"] == key.digest ? .existing(try Job(row)) : .mismatch
    }

    private static func insert(_ key: IdempotencyKey?, job id: String, into db: Database) throws {
        guard let key else { return }
        try db.execute(
            sql: "INSERT INTO idempotency_keys (key, digest, job_id) VALUES (?, ?, ?)",
            arguments: [key.key, key.digest, id])
    }

    static func insert(_ results: JobResults, job id: String, into db: Database) throws {
        try db.execute(
            sql: "INSERT INTO results (job_id, body, tag) VALUES (?, ?, ?)",
            arguments: [id, results.json, results.tag])
    }

    // MARK: Reading

    public func job(_ id: String) async throws(StoreError) -> Job? {
        try await read { db in try Job.find(id, in: db) }
    }

    public func jobs(
        state: JobState?, limit: Int, after cursor: JobCursor?
    ) async throws(StoreError) -> [Job] {
        try await read { db in
            var conditions: [String] = []
            var arguments = StatementArguments()
            if let state {
                conditions.append("status = ?")
                arguments += [state.rawValue]
            }
            if let cursor {
                conditions.append("(created_at, job_id) < (?, ?)")
                arguments += [cursor.createdAt.microseconds, cursor.id]
            }
            let filter = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
            arguments += [limit]
            return try Row.fetchAll(
                db,
                sql: """
                    SELECT \(Job.columns) FROM jobs \(filter) ORDER BY created_at DESC, job_id DESC LIMIT ?
                    """, arguments: arguments
            ).map { try Job($0) }
        }
    }

    public func results(of id: String) async throws(StoreError) -> JobResults? {
        try await read { db in
            try Row.fetchOne(
                db,
                sql: "SELECT body, tag, parameters FROM results JOIN jobs USING (job_id) WHERE job_id = ?",
                arguments: [id]
            ).map { row in
                JobResults(json: row["body"], parameters: row["parameters"] ?? "{}", tag: row["tag"])
            }
        }
    }

    public func jobCounts() async throws(StoreError) -> [JobState: Int] {
        try await read { db in
            var counts: [JobState: Int] = [:]
            for row in try Row.fetchAll(db, sql: "SELECT status, count(*) AS n FROM jobs GROUP BY status") {
                if let state = JobState(rawValue: row["status"]) { counts[state] = row["n"] }
            }
            return counts
        }
    }

    // MARK: Ending

    public func cancel(_ id: String) async throws(StoreError) -> EndOutcome {
        let now = Date()
        return try await write { db in
            try db.execute(
                sql: """
                    UPDATE jobs SET status = 'cancelled', completed_at = ?, owner = NULL, lease_until = NULL
                    WHERE job_id = ? AND status IN ('submitted', 'running')
                    """, arguments: [now.microseconds, id])
            let changed = db.changesCount == 1
            guard let job = try Job.find(id, in: db) else { return .missing }
            if changed {
                try db.execute(sql: "DELETE FROM job_inputs WHERE job_id = ?", arguments: [id])
            }
            return changed ? .done(job) : .wrongState(job)
        }
    }

    public func delete(_ id: String) async throws(StoreError) -> EndOutcome {
        try await write { db in
            guard let job = try Job.find(id, in: db) else { return .missing }
            guard job.state.hasEnded else { return .wrongState(job) }
            try db.execute(sql: "DELETE FROM jobs WHERE job_id = ?", arguments: [id])
            return .done(job)
        }
    }

    public func deleteJobs(endedBefore moment: Date) async throws(StoreError) -> Int {
        try await write { db in
            try db.execute(
                sql: """
                    DELETE FROM jobs WHERE status IN ('completed', 'failed', 'cancelled') AND completed_at < ?
                    """, arguments: [moment.microseconds])
            return db.changesCount
        }
    }
}
