import Messages

/// Messages that somebody wants to have in the outbox.
struct Publication: Sendable {
    let messages: [Message]
    /// Called once, when they are durable or cannot be.
    let answer: @Sendable (Result<Void, StoreError>) -> Void

    /// Stores all of `batch` in one transaction; one by one where one of them cannot be stored.
    static func store(_ batch: [Publication], in database: any SQLDatabase) async {
        do throws(StoreError) {
            let messages = batch.flatMap(\.messages)
            try await database.write { session in
                let now = try session.now()
                for message in messages { try session.insert(message, madeAt: now) }
            }
            for publication in batch { publication.answer(.success(())) }
        } catch {
            guard case .broken = error, batch.count > 1 else {
                for publication in batch { publication.answer(.failure(error)) }
                return
            }
            for publication in batch { await store([publication], in: database) }
        }
    }
}
