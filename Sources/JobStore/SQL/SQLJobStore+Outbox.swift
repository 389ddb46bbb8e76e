public import FoundationEssentials
public import Messages

extension SQLJobStore {
    public func enqueue(_ messages: [Message]) async throws(StoreError) {
        let result: Result<Void, StoreError> = await withCheckedContinuation { continuation in
            publications.add(Publication(messages: messages) { continuation.resume(returning: $0) })
        }
        try result.get()
    }

    public func claimMessages(
        owner: String, limit: Int, lease: Duration
    ) async throws(StoreError) -> [OutboxMessage] {
        try await database.write { session in
            // One claim at a time, so that none passes another one's messages by.
            if let lock = session.dialect.outboxLock { _ = try session.rows(lock) }
            let now = try session.now()
            let rows = try session.rows(
                """
                UPDATE outbox SET claimed_by = ?1, claimed_until = ?2 WHERE sequence IN (
                    SELECT sequence FROM outbox AS mine
                    WHERE (claimed_until IS NULL OR claimed_until < ?3)
                        AND NOT EXISTS (
                            SELECT 1 FROM outbox AS earlier
                            WHERE earlier.key = mine.key AND earlier.sequence < mine.sequence
                                AND earlier.claimed_until >= ?3 AND earlier.claimed_by <> ?1)
                    ORDER BY sequence LIMIT ?4)
                RETURNING \(OutboxMessage.columns)
                """, [.text(owner), .moment(now + lease), .moment(now), .integer(limit)])
            return try rows.map { try OutboxMessage($0) }.sorted { $0.sequence < $1.sequence }
        }
    }

    public func renewClaims(
        _ sequences: [Int64], of owner: String, lease: Duration
    ) async throws(StoreError) {
        let list = SQLValue.list(sequences)
        _ = try await database.write { session in
            try session.execute(
                """
                UPDATE outbox SET claimed_until = ?2
                WHERE claimed_by = ?1 AND sequence IN (\(session.dialect.elements("?3", .integers)))
                """, [.text(owner), .moment(try session.now() + lease), list])
        }
    }

    public func releaseClaims(of owner: String) async throws(StoreError) {
        _ = try await database.write { session in
            try session.execute(
                "UPDATE outbox SET claimed_by = NULL, claimed_until = NULL WHERE claimed_by = ?1",
                [.text(owner)])
        }
    }

    public func markPublished(_ sequences: [Int64]) async throws(StoreError) {
        let list = SQLValue.list(sequences)
        _ = try await database.write { session in
            try session.execute(
                "DELETE FROM outbox WHERE sequence IN (\(session.dialect.elements("?1", .integers)))",
                [list])
        }
    }

    public func pruneOutbox(madeBefore moment: Date) async throws(StoreError) -> Int {
        try await database.write { session in
            try session.execute("DELETE FROM outbox WHERE created_at < ?1", [.moment(moment)])
        }
    }

    public func outboxDepth() async throws(StoreError) -> OutboxDepth {
        try await database.read { session in
            let row = try session.row("SELECT count(*), min(created_at) FROM outbox")
            return OutboxDepth(count: try row?.integer(0) ?? 0, oldest: try row?.optionalMoment(1))
        }
    }
}

extension SQLSession {
    func insert(_ message: Message, madeAt moment: Date) throws {
        try execute(
            """
            INSERT INTO outbox (message_id, topic, key, headers, value, created_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            """,
            [
                .text(message.id), .text(message.topic), .text(message.key), .text(message.headers.json),
                .bytes(Data(message.value)), .moment(moment),
            ])
    }
}

extension OutboxMessage {
    fileprivate static let columns = "sequence, message_id, topic, key, headers, value, created_at"

    /// - Parameter row: of `columns`.
    fileprivate init(_ row: SQLRow) throws(StoreError) {
        self.init(
            sequence: Int64(try row.integer(0)),
            message: Message(
                id: try row.text(1), topic: try row.text(2), key: try row.text(3),
                headers: try [MessageHeader](json: try row.text(4)), value: Array(try row.bytes(5))),
            createdAt: try row.moment(6))
    }
}
