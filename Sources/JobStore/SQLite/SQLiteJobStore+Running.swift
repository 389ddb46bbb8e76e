import FoundationEssentials
import GRDB

extension SQLiteJobStore {
    public func claim(
        owner: String, lease: Duration, maxAttempts: Int
    ) async throws(StoreError) -> ClaimedJob? {
        let now = Date().microseconds
        return try await write { db in
            try Self.failExhausted(maxAttempts: maxAttempts, now: now, in: db)
            let id = try String.fetchOne(
                db,
                sql: """
                    SELECT job_id FROM jobs JOIN job_inputs USING (job_id)
                    WHERE (status = 'submitted' AND not_before <= :now)
                        OR (status = 'running' AND lease_until < :now)
                    ORDER BY created_at, job_id LIMIT 1
                    """, arguments: ["now": now])
            guard let id else { return nil }
            try db.execute(
                sql: """
                    UPDATE jobs SET status = 'running', owner = ?, lease_until = ?, attempts = attempts + 1,
                        started_at = coalesce(started_at, ?), progress = 0
                    WHERE job_id = ?
                    """, arguments: [owner, now + lease.microseconds, now, id])
            let row = try Row.fetchOne(
                db,
                sql: "SELECT body, \(Job.columns) FROM jobs JOIN job_inputs USING (job_id) WHERE job_id = ?",
                arguments: [id])
            return try row.map { ClaimedJob(job: try Job($0), body: $0["body"]) }
        }
    }

    /// A job that brought its gateway down every time is not tried for ever.
    private static func failExhausted(maxAttempts: Int, now: Int64, in db: Database) throws {
        try db.execute(
            sql: """
                UPDATE jobs SET status = 'failed', completed_at = :now, owner = NULL, lease_until = NULL,
                    error_code = 'INTERNAL',
                    error_message = 'given up after ' || attempts || ' attempts that did not end'
                WHERE attempts >= :most
                    AND (status = 'submitted' OR (status = 'running' AND lease_until < :now))
                """, arguments: ["now": now, "most": maxAttempts])
    }

    public func renewLeases(of owner: String, lease: Duration) async throws(StoreError) -> Set<String> {
        let until = Date().microseconds + lease.microseconds
        return try await write { db in
            try db.execute(
                sql: "UPDATE jobs SET lease_until = ? WHERE owner = ? AND status = 'running'",
                arguments: [until, owner])
            return try String.fetchSet(
                db, sql: "SELECT job_id FROM jobs WHERE owner = ? AND status = 'running'", arguments: [owner])
        }
    }

    public func setProgress(
        _ id: String, owner: String, _ progress: Double
    ) async throws(StoreError) -> Bool {
        try await change(id, owner: owner, "progress = ?", [progress])
    }

    public func complete(
        _ id: String, owner: String, _ results: JobResults
    ) async throws(StoreError) -> Bool {
        let now = Date().microseconds
        return try await write { db in
            let isOwners = try Self.change(
                id, owner: owner,
                "status = 'completed', completed_at = ?, progress = 1, parameters = ?, owner = NULL, lease_until = NULL",
                [now, results.parameters], in: db)
            guard isOwners else { return false }
            try Self.insert(results, job: id, into: db)
            try db.execute(sql: "DELETE FROM job_inputs WHERE job_id = ?", arguments: [id])
            return true
        }
    }

    public func fail(
        _ id: String, owner: String, _ failure: JobFailure
    ) async throws(StoreError) -> Bool {
        let now = Date().microseconds
        return try await write { db in
            let isOwners = try Self.change(
                id, owner: owner,
                """
                status = 'failed', completed_at = ?, error_code = ?, error_message = ?, owner = NULL,
                lease_until = NULL
                """, [now, failure.code, failure.message], in: db)
            guard isOwners else { return false }
            try db.execute(sql: "DELETE FROM job_inputs WHERE job_id = ?", arguments: [id])
            return true
        }
    }

    public func giveBack(
        _ id: String, owner: String, delay: Duration
    ) async throws(StoreError) -> Bool {
        let notBefore = Date().microseconds + delay.microseconds
        return try await change(
            id, owner: owner,
            """
            status = 'submitted', owner = NULL, lease_until = NULL, attempts = attempts - 1, progress = 0,
            not_before = ?
            """, [notBefore])
    }

    /// Lets every running job wait again. Only for who knows that no other process uses the store.
    static func giveBackAll(in db: Database) throws {
        try db.execute(
            sql: """
                UPDATE jobs SET status = 'submitted', owner = NULL, lease_until = NULL, progress = 0
                WHERE status = 'running'
                """)
    }

    private func change(
        _ id: String, owner: String, _ assignments: String, _ arguments: StatementArguments
    ) async throws(StoreError) -> Bool {
        try await write { db in try Self.change(id, owner: owner, assignments, arguments, in: db) }
    }

    /// Changes a job if `owner` still runs it.
    private static func change(
        _ id: String, owner: String, _ assignments: String, _ arguments: StatementArguments, in db: Database
    ) throws -> Bool {
        try db.execute(
            sql: "UPDATE jobs SET \(assignments) WHERE job_id = ? AND owner = ? AND status = 'running'",
            arguments: arguments + [id, owner])
        return db.changesCount == 1
    }
}
