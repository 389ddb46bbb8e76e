import Messages

/// The store in a database that speaks SQL.
///
/// Each change of a job's state and the messages that tell of it are one transaction.
public final class SQLJobStore: JobStore, Outbox {
    let database: CountedDatabase
    /// Where jobs are announced; nil means that they are not.
    let topics: MessageTopics?
    /// Messages that are not about jobs.
    let publications: GroupCommit<Publication>

    init(database: any SQLDatabase, topics: MessageTopics?) {
        let database = CountedDatabase(database)
        self.database = database
        self.topics = topics
        publications = GroupCommit(largest: 256) { batch in await Publication.store(batch, in: database) }
    }

    public var announcesJobs: Bool { topics != nil }
    public var failureCount: Int { database.failureCount }

    public func close() throws(StoreError) { try database.close() }

    /// Adds what is to be told of a job that has just changed in this transaction.
    func announce(_ change: JobChange, of job: Job, in session: any SQLSession) throws {
        guard let topics else { return }
        let now = try session.now()
        for message in topics.messages(about: change, of: job, at: now) {
            try session.insert(message, madeAt: now)
        }
    }
}
