import DequeModule

/// Waiting jobs, by client. The client that has had the least of the machine comes first, and each
/// client's jobs in the order in which they came, its small ones apart from its large ones.
///
/// Each client has a clock that is advanced by the cost of what it was given. One that comes newly
/// starts at the clock of whoever was served last: nobody saves up a claim by staying away, and nobody
/// pays for having been here alone.
struct FairQueue {
    struct Entry {
        let id: UInt64
        let seconds: Double
    }

    private struct Share {
        var clock: Double
        var small: Deque<Entry> = []
        var large: Deque<Entry> = []

        var isWaiting: Bool { !small.isEmpty || !large.isEmpty }
    }

    enum Lane { case small, large }

    private var shares: [ClientID: Share] = [:]
    /// The clock of whoever was served last.
    private var now = 0.0
    private(set) var count = 0
    /// Expected seconds of all that waits.
    private(set) var seconds = 0.0

    /// A job costs at least this, so that a flood of tiny ones has its price.
    static let leastCost = 50e-6

    var isEmpty: Bool { count == 0 }

    mutating func append(_ id: UInt64, of client: ClientID, seconds: Double, to lane: Lane) {
        let entry = Entry(id: id, seconds: max(seconds, Self.leastCost))
        var share = shares.removeValue(forKey: client) ?? Share(clock: now)
        share.clock = share.isWaiting ? share.clock : max(share.clock, now)
        switch lane {
        case .small: share.small.append(entry)
        case .large: share.large.append(entry)
        }
        shares[client] = share
        count += 1
        self.seconds += entry.seconds
    }

    /// The job that is next in `lane`, with its client's clock.
    func first(in lane: Lane) -> (client: ClientID, entry: Entry, clock: Double)? {
        var best: (client: ClientID, entry: Entry, clock: Double)?
        for (client, share) in shares {
            guard let entry = lane == .small ? share.small.first : share.large.first else { continue }
            if let best, (best.clock, best.entry.id) <= (share.clock, entry.id) { continue }
            best = (client, entry, share.clock)
        }
        return best
    }

    /// Takes out the first job of `client` in `lane`, which is started now.
    mutating func serve(_ client: ClientID, _ lane: Lane) {
        guard var share = shares.removeValue(forKey: client) else { return }
        let served = lane == .small ? share.small.popFirst() : share.large.popFirst()
        if let served {
            count -= 1
            seconds -= served.seconds
            now = max(now, share.clock)
            share.clock += served.seconds
        }
        shares[client] = share
    }

    /// Takes a job out that will not be run; false when it is not here.
    mutating func remove(_ id: UInt64, of client: ClientID) -> Bool {
        guard var share = shares.removeValue(forKey: client) else { return false }
        defer { shares[client] = share }
        for lane in [\Share.small, \Share.large] {
            if let index = share[keyPath: lane].firstIndex(where: { $0.id == id }) {
                seconds -= share[keyPath: lane].remove(at: index).seconds
                count -= 1
                return true
            }
        }
        return false
    }

    /// Puts right what a client was charged, once the true cost is known.
    mutating func charge(_ client: ClientID, seconds: Double) { shares[client]?.clock += seconds }

    /// Drops what is known of a client that is gone.
    mutating func forget(_ client: ClientID) {
        if let share = shares[client], !share.isWaiting { shares[client] = nil }
    }
}
