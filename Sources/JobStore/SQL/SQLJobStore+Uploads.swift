import FoundationEssentials

extension SQLJobStore {
    public func add(_ upload: Upload) async throws(StoreError) {
        _ = try await database.write { session in
            try session.execute(
                """
                INSERT INTO files (\(Upload.columns)) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
                """,
                [
                    .text(upload.id), .text(upload.name), .text(upload.description), .text(upload.format),
                    .integer(upload.dimension), .integer(upload.pointCount), .integer(upload.byteCount),
                    .text(upload.digest), .moment(upload.createdAt),
                ])
        }
    }

    public func upload(_ id: String) async throws(StoreError) -> Upload? {
        try await database.read { session in try session.upload(id) }
    }

    public func uploads() async throws(StoreError) -> [Upload] {
        try await database.read { session in
            try session.rows("SELECT \(Upload.columns) FROM files ORDER BY created_at DESC, file_id DESC")
                .map { try Upload($0) }
        }
    }

    public func deleteUpload(
        _ id: String
    ) async throws(StoreError) -> (upload: Upload, isShared: Bool)? {
        try await database.write { session in
            guard let upload = try session.upload(id) else { return nil }
            try session.execute("DELETE FROM files WHERE file_id = ?1", [.text(id)])
            let others = try session.row(
                "SELECT count(*) FROM files WHERE digest = ?1", [.text(upload.digest)])
            return (upload, try (others?.integer(0) ?? 0) > 0)
        }
    }
}

extension Upload {
    fileprivate static let columns = """
        file_id, name, description, format, dimension, num_points, size_bytes, digest, created_at
        """

    /// - Parameter row: of `columns`.
    fileprivate init(_ row: SQLRow) throws(StoreError) {
        self.init(
            id: try row.text(0), name: try row.text(1), description: try row.optionalText(2),
            format: try row.text(3), dimension: try row.integer(4), pointCount: try row.integer(5),
            byteCount: try row.integer(6), digest: try row.text(7), createdAt: try row.moment(8))
    }
}

extension SQLSession {
    fileprivate func upload(_ id: String) throws -> Upload? {
        try row("SELECT \(Upload.columns) FROM files WHERE file_id = ?1", [.text(id)]).map { try Upload($0) }
    }
}
