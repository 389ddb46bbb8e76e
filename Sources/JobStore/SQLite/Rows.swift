import FoundationEssentials
import GRDB

extension Date {
    /// As the tables hold moments.
    var microseconds: Int64 { Int64((timeIntervalSince1970 * 1_000_000).rounded()) }

    init(microseconds: Int64) { self.init(timeIntervalSince1970: Double(microseconds) / 1_000_000) }
}

extension Duration {
    var microseconds: Int64 { Int64(self / .microseconds(1)) }
}

extension Job {
    static let columns = """
        jobs.job_id, algorithm, status, created_at, started_at, completed_at, progress, num_points, dimension,
        file_id, parameters, error_code, error_message, attempts
        """

    init(_ row: Row) throws {
        guard let state = JobState(rawValue: row["status"]) else {
            throw StoreError.broken("a job has the status \(row["status"] as String)")
        }
        let failure = (row["error_code"] as String?).map { code in
            JobFailure(code: code, message: row["error_message"] ?? "")
        }
        self.init(
            id: row["job_id"], algorithm: row["algorithm"], state: state,
            createdAt: Date(microseconds: row["created_at"]),
            startedAt: (row["started_at"] as Int64?).map(Date.init(microseconds:)),
            completedAt: (row["completed_at"] as Int64?).map(Date.init(microseconds:)),
            progress: row["progress"], pointCount: row["num_points"], dimension: row["dimension"],
            fileID: row["file_id"], parameters: row["parameters"], failure: failure,
            attempts: row["attempts"])
    }

    func insert(into db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO jobs (job_id, algorithm, status, created_at, started_at, completed_at, progress,
                    num_points, dimension, file_id, parameters, attempts)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                id, algorithm, state.rawValue, createdAt.microseconds, startedAt?.microseconds,
                completedAt?.microseconds, progress, pointCount, dimension, fileID, parameters, attempts,
            ])
    }

    static func find(_ id: String, in db: Database) throws -> Job? {
        try Row.fetchOne(db, sql: "SELECT \(columns) FROM jobs WHERE job_id = ?", arguments: [id])
            .map { try Job($0) }
    }
}
