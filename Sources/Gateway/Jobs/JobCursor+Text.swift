import FoundationEssentials
import JobStore

extension JobCursor {
    /// Where `job` stands in the list: at the microsecond of its creation, as the store keeps it.
    init(_ job: Job) { self.init(microseconds: job.createdAt.microseconds, id: job.id) }

    private init(microseconds: Int64, id: String) {
        self.init(createdAt: Date(timeIntervalSince1970: Double(microseconds) / 1_000_000), id: id)
    }

    /// As clients see it: microseconds since 1970 and the id.
    var text: String { "\(createdAt.microseconds)_\(id)" }

    init?(_ text: String) {
        let parts = text.split(separator: "_", maxSplits: 1)
        guard parts.count == 2, let microseconds = Int64(parts[0]) else { return nil }
        self.init(microseconds: microseconds, id: String(parts[1]))
    }
}

extension Date {
    fileprivate var microseconds: Int64 { Int64((timeIntervalSince1970 * 1_000_000).rounded()) }
}
