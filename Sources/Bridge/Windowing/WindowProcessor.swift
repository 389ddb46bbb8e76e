package import Kafka
import Messages
import StreamWindows
package import Vocabulary

/// Turns the records of `tda_events` into results of windows. A state machine: it does nothing itself, but
/// says what is to be done.
///
/// Windows of one stream are computed side by side and published in their order. An offset is committed only
/// when all that was made of the records before it has been acknowledged by the brokers.
package struct WindowProcessor {
    package enum Action: Sendable {
        /// Ask the daemon; answer with `computed`.
        case compute(id: Int, ComputeRequest)
        /// Send these records; answer with `published`. The offsets belong to the same transaction, where
        /// there is one. There is never more than one batch on its way.
        case publish(Batch)
        /// Commit without waiting.
        case commit([TopicPartition: CommittedOffset])
        case pause([TopicPartition])
        case resume([TopicPartition])
        /// Commit, wait for it, then hand the partitions back.
        case release([TopicPartition], committing: [TopicPartition: CommittedOffset])
    }

    package struct Batch: Sendable {
        package let records: [OutgoingRecord]
        package let offsets: [TopicPartition: CommittedOffset]
    }

    private struct Letter {
        let source: TopicPartition
        let offset: Int64
        let record: OutgoingRecord
    }

    private let options: WindowOptions
    private let reader: EventReader
    private let schemaID: @Sendable () -> KafkaHeader?
    private var partitions: [TopicPartition: PartitionWindows] = [:]
    private var tasks = WindowTasks()
    private var letters: [Letter] = []
    /// What is on its way to the brokers.
    private var batch: (tasks: [Int], letters: [Letter])?
    private var isPaused = false
    private var lastCommit = Int64.min / 2
    private var actions: [Action] = []
    package private(set) var counts = WindowCounts()

    private static let batchRecords = 500

    /// - Parameter schemaID: the header that names the results' schema, where there is one.
    package init(
        options: WindowOptions, reader: EventReader,
        schemaID: @escaping @Sendable () -> KafkaHeader? = { nil }
    ) {
        self.options = options
        self.reader = reader
        self.schemaID = schemaID
    }

    /// What is to be done, in order; each is returned once.
    package mutating func takeActions() -> [Action] {
        defer { actions = [] }
        return actions
    }

    // MARK: What happens

    /// The group gave us partitions.
    package mutating func assigned(_ offsets: [TopicPartition: CommittedOffset], now: Int64) {
        counts.rebalances += 1
        for (partition, committed) in offsets {
            partitions[partition] = PartitionWindows(
                settings: options.windows, committed: committed, now: now)
            if isPaused { partitions[partition]?.setPaused(true, now: now) }
        }
        if isPaused { actions.append(.pause(offsets.keys.sorted())) }
    }

    /// The group takes partitions away: what is going on in them gets some time to end.
    package mutating func revoked(_ taken: [TopicPartition], lost: Bool, now: Int64) {
        counts.rebalances += 1
        var unknown: [TopicPartition] = []
        for partition in taken {
            guard partitions[partition] != nil else {
                unknown.append(partition)
                continue
            }
            partitions[partition]?.drainUntil = lost ? now : now + options.drainTime
            tasks.abandon(partition)
            letters.removeAll { $0.source == partition && lost }
            if lost { drop(partition) }
        }
        let gone = lost ? taken : unknown
        if !gone.isEmpty { actions.append(.release(gone, committing: [:])) }
    }

    package mutating func reachedEnd(_ partition: TopicPartition, now: Int64) {
        partitions[partition]?.reachedEnd(now: now)
    }

    /// - Parameter wallTime: milliseconds since 1970; `now` is those of a clock that never goes back.
    package mutating func record(_ record: ConsumedRecord, now: Int64, wallTime: Int64) {
        let source = record.source
        guard partitions[source]?.drainUntil == nil, partitions[source] != nil else { return }
        partitions[source]?.read(record.offset, now: now)
        counts.events += 1
        let update: CloudUpdate
        do throws(BadRecord) {
            update = try reader.read(record, wallTime: wallTime)
        } catch {
            return giveUp(on: record, error.reason, error.message, wallTime)
        }
        if partitions[source]?.wasTurnedAway(record.offset) == true { return }
        let outcome = partitions[source]?.windows.insert(
            update, stream: update.stream, time: update.time, position: record.offset, weight: update.weight,
            identity: fnv1a(update.messageID), now: now)
        switch outcome {
        case .late:
            partitions[source]?.turnAway(record.offset)
            giveUp(
                on: record, .late, "its windows were closed before it came; see TDA_WINDOW_LATENESS_SECONDS",
                wallTime)
        case .full:
            partitions[source]?.turnAway(record.offset)
            giveUp(
                on: record, .full, "stream \(update.stream) holds as much as it may until its window closes",
                wallTime)
        case .duplicate: counts.duplicates += 1
        case .taken, .replayed, nil: break
        }
        collect(source, now: now)
        shedIfNeeded(now: now)
    }

    /// Lets time pass, and says what is to be done next.
    package mutating func tick(now: Int64) {
        for partition in partitions.keys.sorted() where partitions[partition]?.drainUntil == nil {
            partitions[partition]?.windows.advance(now: now)
            collect(partition, now: now)
        }
        startComputations(now: now)
        adjustFlow(now: now)
        publish()
        release(now: now)
        commit(now: now)
    }

    /// The daemon's answer about a window.
    package mutating func computed(
        _ id: Int, _ outcome: Result<ComputeResult, Failure>, now: Int64, wallTime: Int64
    ) {
        guard var task = tasks.computing(id) else { return }
        switch outcome {
        case .success(let result):
            let message = WindowResult(
                task: task, result: result, precision: options.homology.precision, isCount: isCount,
                latency: now - task.closedAt
            ).message(to: options.resultsTopic)
            let letters = task.misfits.map { $0.outgoing(wallTime: wallTime) }
            counts.computed += 1
            task.state = .computed([OutgoingRecord(message, schemaID: schemaID())] + letters)
        case .failure(let failure):
            counts.failures[failure.code.rawValue, default: 0] += 1
            if let pause = task.pause(after: failure, attempts: options.attempts) {
                let isDraining = partitions[task.source]?.drainUntil != nil
                task.state = isDraining ? .abandoned : .waiting(notBefore: now + pause.milliseconds)
            } else {
                let letters = task.letters(about: failure)
                for letter in letters { counts.letters[letter.reason.rawValue, default: 0] += 1 }
                task.state = .computed(letters.map { $0.outgoing(wallTime: wallTime) })
            }
        }
        tasks.resume(task)
    }

    /// What became of the batch.
    package mutating func published(_ succeeded: Bool) {
        guard let batch else { return }
        self.batch = nil
        if succeeded {
            counts.published += tasks.published(batch.tasks)
            for letter in batch.letters { partitions[letter.source]?.finishLetter(letter.offset) }
        } else {
            tasks.notPublished(batch.tasks)
            letters = batch.letters.filter { partitions[$0.source] != nil } + letters
        }
    }

    /// The offsets were not committed: try again.
    package mutating func commitFailed() {
        for partition in partitions.keys { partitions[partition]?.committed = nil }
    }

    /// Everything that could be committed now.
    package func offsets() -> [TopicPartition: CommittedOffset] {
        var offsets: [TopicPartition: CommittedOffset] = [:]
        for (partition, state) in partitions {
            offsets[partition] = state.offset(unfinished: tasks.unfinished(in: partition))?.offset
        }
        return offsets
    }

    // MARK: Windows

    private var isCount: Bool { if case .count = options.windows.shape { true } else { false } }

    private mutating func collect(_ partition: TopicPartition, now: Int64) {
        for window in partitions[partition]?.windows.takeClosed() ?? [] {
            counts.closed[window.reason.rawValue, default: 0] += 1
            tasks.add(window, from: partition, now: now)
        }
    }

    private mutating func shedIfNeeded(now: Int64) {
        var open = partitions.values.reduce(0) { $0 + $1.windows.totalWeight }
        while open > options.totalLimit {
            guard
                let heaviest = partitions.max(by: {
                    $0.value.windows.totalWeight < $1.value.windows.totalWeight
                }),
                heaviest.value.windows.waitingCount > 0
            else { return }
            partitions[heaviest.key]?.windows.shed()
            let after = partitions.values.reduce(0) { $0 + $1.windows.totalWeight }
            collect(heaviest.key, now: now)
            guard after < open else { return }
            open = after
        }
    }

    private mutating func startComputations(now: Int64) {
        let begun = tasks.begin(limit: options.concurrency, now: now) { [partitions] in
            partitions[$0]?.isReplaying == false
        }
        for task in begun {
            do throws(InvalidInput) {
                let input: ComputeInput
                if let shared = sharedInput(task) {
                    input = shared
                } else {
                    input = try task.input(options.homology.precision)
                }
                actions.append(.compute(id: task.id, ComputeRequest(input: input, options: options.homology)))
            } catch {
                computed(task.id, .failure(Failure(error)), now: now, wallTime: now)
            }
        }
    }

    /// The distances of a window that overlaps with the one before, where it is less work to keep them; nil
    /// where it is not.
    private mutating func sharedInput(_ task: WindowTask) -> ComputeInput? {
        guard options.sharesDistances else { return nil }
        let updates = task.fitting
        let count = updates.reduce(0) { $0 + $1.pointCount }
        guard let dimension = updates.first?.dimension, count <= SharedDistances.mostPoints,
            options.reuse == .on || dimension >= WindowOptions.dimensionsWorthSharing,
            let lower = partitions[task.source]?.lowerTriangle(
                of: updates, stream: task.window.stream, limit: options.totalLimit / 8, counting: &counts)
        else { return nil }
        return .distances(DistanceMatrix(computed: .float32(lower), count: count))
    }

    // MARK: Dead letters

    private mutating func giveUp(
        on record: ConsumedRecord, _ reason: DeadLetterReason, _ message: String, _ wallTime: Int64
    ) {
        // A record that is read again has its letter.
        guard partitions[record.source]?.wasRead(record.offset) == false else { return }
        counts.letters[reason.rawValue, default: 0] += 1
        let letter = DeadLetter(record, reason, message).outgoing(wallTime: wallTime)
        letters.append(Letter(source: record.source, offset: record.offset, record: letter))
        partitions[record.source]?.queueLetter(record.offset)
    }

    // MARK: Publishing and committing

    private mutating func publish() {
        guard batch == nil, tasks.hasReady || !letters.isEmpty else { return }
        var (taken, records) = tasks.takeReady(limit: Self.batchRecords)
        let sent = Array(letters.prefix(max(0, Self.batchRecords - records.count)))
        letters.removeFirst(sent.count)
        records += sent.map(\.record)
        batch = (taken, sent)
        var offsets: [TopicPartition: CommittedOffset] = [:]
        for partition in tasks.sources(of: taken).union(sent.map(\.source)) {
            guard let state = partitions[partition] else { continue }
            let delivered = Set(sent.lazy.filter { $0.source == partition }.map(\.offset))
            offsets[partition] =
                state.offset(
                    unfinished: tasks.unfinished(in: partition, countingSent: false), ignoring: delivered)?
                .offset
        }
        actions.append(.publish(Batch(records: records, offsets: offsets)))
    }

    private mutating func commit(now: Int64) {
        guard now - lastCommit >= options.commitInterval else { return }
        var changed: [TopicPartition: CommittedOffset] = [:]
        for (partition, state) in partitions where state.drainUntil == nil {
            guard let (offset, leftOut) = state.offset(unfinished: tasks.unfinished(in: partition)),
                offset != state.committed
            else { continue }
            changed[partition] = offset
            partitions[partition]?.committed = offset
            counts.streamsWithoutNote += leftOut
        }
        lastCommit = now
        if !changed.isEmpty { actions.append(.commit(changed)) }
    }

    // MARK: Flow

    private mutating func adjustFlow(now: Int64) {
        let limit = options.maxPending
        let isFull =
            tasks.count >= limit || tasks.weight >= options.totalLimit || letters.count >= 20 * limit
        let isEasy =
            tasks.count <= limit / 2 && tasks.weight <= options.totalLimit / 2 && letters.count <= 10 * limit
        guard isPaused ? isEasy : isFull else { return }
        isPaused.toggle()
        if isPaused { counts.pauses += 1 }
        for partition in partitions.keys { partitions[partition]?.setPaused(isPaused, now: now) }
        let all = partitions.filter { $0.value.drainUntil == nil }.keys.sorted()
        actions.append(isPaused ? .pause(all) : .resume(all))
    }

    private mutating func release(now: Int64) {
        let draining = partitions.filter { $0.value.drainUntil != nil }.keys.sorted()
        guard !draining.isEmpty else { return }
        // All of them together: the group waits for the last.
        let isDone = draining.allSatisfy { partition in
            !tasks.isGoingOn(in: partition) && partitions[partition]?.hasLetters != true
        }
        let isLate = draining.contains { (partitions[$0]?.drainUntil ?? .max) <= now }
        guard isDone || isLate else { return }
        var offsets: [TopicPartition: CommittedOffset] = [:]
        for partition in draining {
            if let state = partitions[partition] {
                offsets[partition] = state.offset(unfinished: tasks.unfinished(in: partition))?.offset
            }
            drop(partition)
        }
        actions.append(.release(draining, committing: offsets))
    }

    private mutating func drop(_ partition: TopicPartition) {
        tasks.drop(partition)
        letters.removeAll { $0.source == partition }
        partitions[partition] = nil
    }

    /// For the metrics.
    package func gauges() -> WindowGauges {
        WindowGauges(
            open: partitions.values.reduce(0) { $0 + $1.windows.waitingCount }, pending: tasks.count,
            openBytes: partitions.values.reduce(0) { $0 + $1.windows.totalWeight },
            pendingBytes: tasks.weight,
            isPaused: isPaused, positions: partitions.compactMapValues(\.next))
    }

    package var isIdle: Bool { batch == nil && tasks.isEmpty && letters.isEmpty }
    package var assignedPartitions: [TopicPartition] { partitions.keys.sorted() }
}
