import DequeModule
import Kafka
import StreamWindows

/// The closed windows on their way: to the daemon, side by side; then to the brokers, those of one stream in
/// their order.
struct WindowTasks {
    private var tasks: [Int: WindowTask] = [:]
    /// By partition and stream, what is not done with, oldest first.
    private var queues: [TopicPartition: [String: Deque<Int>]] = [:]
    private var nextID = 0
    /// To be computed, oldest first.
    private var waiting: [Int] = []
    private var running = 0
    /// Computed windows whose turn it is, in order.
    private var ready: [Int] = []
    /// What the events of all of them weigh.
    private(set) var weight = 0

    var count: Int { tasks.count }
    var isEmpty: Bool { tasks.isEmpty }
    var hasReady: Bool { !ready.isEmpty }

    mutating func add(_ window: Window<CloudUpdate>, from source: TopicPartition, now: Int64) {
        let task = WindowTask(id: nextID, source: source, window: window, closedAt: now)
        nextID += 1
        tasks[task.id] = task
        waiting.append(task.id)
        weight += task.weight
        queues[source, default: [:]][window.stream, default: []].append(task.id)
    }

    // MARK: Computing

    /// Begins those whose time has come, oldest first, until `limit` are being computed.
    ///
    /// - Parameter mayBegin: whether windows of a partition may be computed.
    mutating func begin(
        limit: Int, now: Int64, where mayBegin: (TopicPartition) -> Bool
    ) -> [WindowTask] {
        guard running < limit, !waiting.isEmpty else { return [] }
        var begun: [WindowTask] = []
        var left: [Int] = []
        for id in waiting {
            guard running < limit, let task = tasks[id], task.isDue(now), mayBegin(task.source) else {
                left.append(id)
                continue
            }
            tasks[id]?.state = .computing
            running += 1
            begun.append(task)
        }
        waiting = left
        return begun
    }

    /// The window about which there is an answer; nil where it was given up in the meantime. To be given back by
    /// `resume`.
    func computing(_ id: Int) -> WindowTask? {
        guard let task = tasks[id], case .computing = task.state else { return nil }
        return task
    }

    /// Goes on with a window that was being computed as its state says.
    mutating func resume(_ task: WindowTask) {
        running -= 1
        tasks[task.id] = task
        switch task.state {
        case .waiting: waiting.insert(task.id, at: waiting.firstIndex { $0 > task.id } ?? waiting.count)
        case .abandoned: abandon(task.source, task.window.stream)
        case .computing, .computed, .publishing: break
        }
        promote(task.source, task.window.stream)
    }

    /// Puts the stream's computed windows whose turn has come among those to be published.
    private mutating func promote(_ partition: TopicPartition, _ stream: String) {
        for id in queues[partition]?[stream] ?? [] {
            switch tasks[id]?.state {
            case .computed: if !ready.contains(id) { ready.append(id) }
            case .publishing: continue
            default: return
            }
        }
    }

    // MARK: Publishing

    /// The records of windows whose turn it is, and which windows those are: as many windows as begin within
    /// `limit` records.
    mutating func takeReady(limit: Int) -> (ids: [Int], records: [OutgoingRecord]) {
        var records: [OutgoingRecord] = []
        var taken: [Int] = []
        while let id = ready.first, records.count < limit {
            ready.removeFirst()
            guard case .computed(let own) = tasks[id]?.state else { continue }
            tasks[id]?.state = .publishing(own)
            records += own
            taken.append(id)
        }
        return (taken, records)
    }

    /// They are to be published again.
    mutating func notPublished(_ ids: [Int]) {
        for id in ids {
            guard case .publishing(let records) = tasks[id]?.state else { continue }
            tasks[id]?.state = .computed(records)
        }
        ready = ids.filter { tasks[$0] != nil } + ready
    }

    /// They are done with.
    ///
    /// - Returns: how many of them are still known here.
    mutating func published(_ ids: [Int]) -> Int {
        ids.reduce(0) { count, id in
            guard let task = tasks.removeValue(forKey: id) else { return count }
            weight -= task.weight
            let stream = task.window.stream
            queues[task.source]?[stream]?.removeAll { $0 == id }
            if queues[task.source]?[stream]?.isEmpty ?? false { queues[task.source]?[stream] = nil }
            return count + 1
        }
    }

    // MARK: A partition

    func sources(of ids: [Int]) -> Set<TopicPartition> { Set(ids.compactMap { tasks[$0]?.source }) }

    /// By stream, the windows that are not done with, oldest first.
    ///
    /// - Parameter countingSent: whether what is on its way to the brokers counts too.
    func unfinished(in partition: TopicPartition, countingSent: Bool = true) -> [String: [WindowTask]] {
        (queues[partition] ?? [:]).compactMapValues { ids in
            let left = ids.compactMap { tasks[$0] }.filter {
                if case .publishing = $0.state { countingSent } else { true }
            }
            return left.isEmpty ? nil : left
        }
    }

    /// How many of the partition's windows are with the daemon or on their way to the brokers.
    func goingOn(in partition: TopicPartition) -> Int {
        (queues[partition] ?? [:]).values.joined().count { tasks[$0]?.isGoingOn ?? false }
    }

    /// Windows that were not begun are left to whoever gets the partition, and so are those after them.
    mutating func abandon(_ partition: TopicPartition) {
        for stream in (queues[partition] ?? [:]).keys { abandon(partition, stream) }
    }

    private mutating func abandon(_ partition: TopicPartition, _ stream: String) {
        var isAbandoned = false
        for id in queues[partition]?[stream] ?? [] {
            switch tasks[id]?.state {
            case .waiting, .abandoned: isAbandoned = true
            default: break
            }
            guard isAbandoned else { continue }
            if case .computing = tasks[id]?.state { running -= 1 }
            if case .publishing = tasks[id]?.state { continue }
            tasks[id]?.state = .abandoned
            waiting.removeAll { $0 == id }
            ready.removeAll { $0 == id }
        }
    }

    /// Forgets all that came from the partition.
    mutating func drop(_ partition: TopicPartition) {
        for id in (queues.removeValue(forKey: partition) ?? [:]).values.joined() {
            guard let task = tasks.removeValue(forKey: id) else { continue }
            if case .computing = task.state { running -= 1 }
            weight -= task.weight
        }
        let left = tasks
        waiting.removeAll { left[$0] == nil }
        ready.removeAll { left[$0] == nil }
    }
}
