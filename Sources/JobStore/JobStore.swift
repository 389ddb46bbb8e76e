public import FoundationEssentials

/// Keeps jobs, results and uploads, so that what was accepted survives the gateway; and, where jobs are
/// announced, the messages about each change, written with it (see `Outbox`).
///
/// Every call is one transaction, durable when it returns. A change of state says what it expects to find
/// and does nothing when that is not there any more, so that gateways which share a store never run a
/// job twice at a time nor wake a cancelled one.
public protocol JobStore: Sendable {
    /// Whether messages about jobs are written to the outbox.
    var announcesJobs: Bool { get }

    /// Calls that failed since the start.
    var failureCount: Int { get }

    // MARK: Submitting

    /// Adds a job with the request body it is to be run from.
    ///
    /// With a key that is known already nothing is added.
    func submit(_ job: Job, body: Data, key: IdempotencyKey?) async throws(StoreError) -> SubmitOutcome

    /// Adds a job that has been completed already.
    func record(
        _ job: Job, results: JobResults, key: IdempotencyKey?
    ) async throws(StoreError) -> SubmitOutcome

    /// The job that was submitted under this key.
    func job(submittedUnder key: IdempotencyKey) async throws(StoreError) -> SubmitOutcome?

    // MARK: Reading

    func job(_ id: String) async throws(StoreError) -> Job?

    /// Newest first, at most `limit`, only those after `cursor` in that order.
    func jobs(
        state: JobState?, limit: Int, after cursor: JobCursor?
    ) async throws(StoreError) -> [Job]

    func results(of id: String) async throws(StoreError) -> JobResults?

    func jobCounts() async throws(StoreError) -> [JobState: Int]

    // MARK: Running

    /// Takes the oldest job that waits, or whose owner's lease has run out, and leases it to `owner`.
    ///
    /// A job under which its gateway or daemon died is suspected of having been the reason. It is run alone
    /// from then on: while `owner` runs such a job, or runs any others when one is the next, nothing is
    /// taken. A job that was begun `maxAttempts` times fails instead.
    func claim(owner: String, lease: Duration, maxAttempts: Int) async throws(StoreError) -> ClaimedJob?

    /// Extends the leases of jobs that `owner` runs.
    ///
    /// - Returns: the ids of those that are still its; the others were cancelled or taken over.
    func renewLeases(
        _ ids: Set<String>, of owner: String, lease: Duration
    ) async throws(StoreError) -> Set<String>

    /// Notes how far a job is. False when it is not `owner`'s any more, as with all that follow.
    func setProgress(_ id: String, owner: String, _ progress: Double) async throws(StoreError) -> Bool

    func complete(_ id: String, owner: String, _ results: JobResults) async throws(StoreError) -> Bool

    func fail(_ id: String, owner: String, _ failure: JobFailure) async throws(StoreError) -> Bool

    /// Lets a job wait again.
    func giveBack(
        _ id: String, owner: String, delay: Duration, _ interruption: Interruption
    ) async throws(StoreError) -> Bool

    // MARK: Ending

    func cancel(_ id: String) async throws(StoreError) -> EndOutcome

    /// Removes an ended job and its results.
    func delete(_ id: String) async throws(StoreError) -> EndOutcome

    /// Removes the jobs that ended before `moment`.
    func deleteJobs(endedBefore moment: Date) async throws(StoreError) -> Int

    // MARK: Uploads

    func add(_ upload: Upload) async throws(StoreError)
    func upload(_ id: String) async throws(StoreError) -> Upload?
    func uploads() async throws(StoreError) -> [Upload]

    /// - Returns: what was removed, and whether its digest is still used by another upload.
    func deleteUpload(_ id: String) async throws(StoreError) -> (upload: Upload, isShared: Bool)?
}

public enum SubmitOutcome: Sendable, Hashable {
    case created
    /// The job that was submitted with the same key and body.
    case existing(Job)
    /// The key was used with another body.
    case mismatch
}

public enum EndOutcome: Sendable, Hashable {
    case done(Job)
    /// It is in a state that does not allow it.
    case wrongState(Job)
    case missing
}

/// Why a job did not come to its end.
public enum Interruption: Sendable {
    /// It could not be run now. That is not one of its attempts.
    case postponed
    /// A process died under it. That counts as one of its attempts, unless it had company: of several jobs
    /// nobody can tell which one was the reason.
    case lost
}

/// A job that the caller now has to run.
public struct ClaimedJob: Sendable {
    public var job: Job
    public var body: Data

    public init(job: Job, body: Data) {
        self.job = job
        self.body = body
    }
}

/// Where a job stands in the list of all, oldest first. That of a page's last job is where the next page starts.
public struct JobCursor: Sendable, Hashable, Comparable {
    public var createdAt: Date
    public var id: String

    public init(createdAt: Date, id: String) {
        self.createdAt = createdAt
        self.id = id
    }

    public static func < (a: JobCursor, b: JobCursor) -> Bool {
        a.createdAt == b.createdAt ? a.id < b.id : a.createdAt < b.createdAt
    }
}
