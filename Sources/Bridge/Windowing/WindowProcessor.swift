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
    private let options: WindowOptions
    private let reader: EventReader
    private let schemaID: @Sendable () -> KafkaHeader?
    private var partitions: [TopicPartition: PartitionWindows] = [:]
    private var tasks = WindowTasks()
    private var letters = LetterQueue()
    /// What is on its way to the brokers.
    private var batch: (tasks: [Int], letters: [LetterQueue.Letter])?
    private var flow: FlowControl
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
        flow = FlowControl(maxPending: options.maxPending, totalLimit: options.totalLimit)
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
            if flow.isPaused { partitions[partition]?.setPaused(true, now: now) }
        }
        if flow.isPaused { actions.append(.pause(offsets.keys.sorted())) }
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
            if lost { drop(partition) }
        }
        let gone = lost ? taken : unknown
        if !gone.isEmpty { actions.append(.release(gone, committing: [:], leaving: 0)) }
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
        for partition in partitions.reading {
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
            letters.putBack(batch.letters.filter { partitions[$0.source] != nil })
        }
    }

    /// The offsets were not committed: try again.
    package mutating func commitFailed() {
        for partition in partitions.keys { partitions[partition]?.committed = nil }
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
        while let shed = partitions.shedHeaviest(above: options.totalLimit) { collect(shed, now: now) }
    }

    private mutating func startComputations(now: Int64) {
        let begun = tasks.begin(limit: options.concurrency, now: now) { [partitions] in
            partitions[$0]?.isReplaying == false
        }
        for task in begun {
            do throws(InvalidInput) {
                let input: ComputeInput
                if let shared = partitions[task.source]?.distances.input(of: task, options, counting: &counts)
                {
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

    // MARK: Dead letters

    private mutating func giveUp(
        on record: ConsumedRecord, _ reason: DeadLetterReason, _ message: String, _ wallTime: Int64
    ) {
        // A record that is read again has its letter.
        guard partitions[record.source]?.wasRead(record.offset) == false else { return }
        counts.letters[reason.rawValue, default: 0] += 1
        letters.add(DeadLetter(record, reason, message), wallTime: wallTime)
        partitions[record.source]?.queueLetter(record.offset)
    }

    // MARK: Publishing and committing

    private mutating func publish() {
        guard batch == nil, tasks.hasReady || !letters.isEmpty else { return }
        var (taken, records) = tasks.takeReady(limit: Self.batchRecords)
        let sent = letters.take(Self.batchRecords - records.count)
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
        guard flow.adjust(pending: tasks.count, bytes: tasks.weight, letters: letters.count) else { return }
        if flow.isPaused { counts.pauses += 1 }
        for partition in partitions.keys { partitions[partition]?.setPaused(flow.isPaused, now: now) }
        actions.append(flow.isPaused ? .pause(partitions.reading) : .resume(partitions.reading))
    }

    private mutating func release(now: Int64) {
        let draining = partitions.draining
        guard !draining.isEmpty else { return }
        // All of them together: the group waits for the last.
        let begun = draining.reduce(0) { $0 + tasks.goingOn(in: $1) }
        let isDone = begun == 0 && draining.allSatisfy { partitions[$0]?.hasLetters != true }
        let isLate = draining.contains { (partitions[$0]?.drainUntil ?? .max) <= now }
        guard isDone || isLate else { return }
        var offsets: [TopicPartition: CommittedOffset] = [:]
        for partition in draining {
            if let state = partitions[partition] {
                offsets[partition] = state.offset(unfinished: tasks.unfinished(in: partition))?.offset
            }
            drop(partition)
        }
        actions.append(.release(draining, committing: offsets, leaving: begun))
    }

    private mutating func drop(_ partition: TopicPartition) {
        tasks.drop(partition)
        letters.drop(partition)
        partitions[partition] = nil
    }

    /// For the metrics.
    package func gauges() -> WindowGauges {
        WindowGauges(
            openStreams: partitions.openStreams, openWindows: partitions.openWindows, pending: tasks.count,
            openBytes: partitions.openWeight, pendingBytes: tasks.weight, isPaused: flow.isPaused,
            positions: partitions.compactMapValues(\.next))
    }

    package var isIdle: Bool { batch == nil && tasks.isEmpty && letters.isEmpty }
    package var assignedPartitions: [TopicPartition] { partitions.keys.sorted() }
}
