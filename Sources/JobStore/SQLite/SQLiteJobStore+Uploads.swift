import FoundationEssentials
import GRDB

extension SQLiteJobStore {
    public func add(_ upload: Upload) async throws(StoreError) {
        try await write { db in
            try db.execute(
                sql: """
                    INSERT INTO files (file_id, name, description, format, dimension, num_points, size_bytes,
                        digest, created_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    upload.id, upload.name, upload.description, upload.format, upload.dimension,
                    upload.pointCount, upload.byteCount, upload.digest, upload.createdAt.microseconds,
                ])
        }
    }

    public func upload(_ id: String) async throws(StoreError) -> Upload? {
        try await read { db in try Upload.find(id, in: db) }
    }

    public func uploads() async throws(StoreError) -> [Upload] {
        try await read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM files ORDER BY created_at DESC, file_id DESC")
                .map(Upload.init)
        }
    }

    public func deleteUpload(
        _ id: String
    ) async throws(StoreError) -> (upload: Upload, isShared: Bool)? {
        try await write { db in
            guard let upload = try Upload.find(id, in: db) else { return nil }
            try db.execute(sql: "DELETE FROM files WHERE file_id = ?", arguments: [id])
            let others = try Int.fetchOne(
                db, sql: "SELECT count(*) FROM files WHERE digest = ?", arguments: [upload.digest])
            return (upload, (others ?? 0) > 0)
        }
    }
}

extension Upload {
    fileprivate init(_ row: Row) {
        self.init(
            id: row["file_id"], name: row["name"], description: row["description"], format: row["format"],
            dimension: row["dimension"], pointCount: row["num_points"], byteCount: row["size_bytes"],
            digest: row["digest"], createdAt: Date(microseconds: row["created_at"]))
    }

    fileprivate static func find(_ id: String, in db: Database) throws -> Upload? {
        try Row.fetchOne(db, sql: "SELECT * FROM files WHERE file_id = ?", arguments: [id]).map(Upload.init)
    }
}
