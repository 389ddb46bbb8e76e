import Bridge
import Formats
import Foundation
import Kafka
import Messages
import Schemas
import SeededRandom
import StreamWindows
import Vocabulary

/// A cluster, a daemon and some bridges that share a group, all in one thread and on a virtual clock.
///
/// Each event has one point, whose coordinate is the event's number; the daemon answers with a bar for each
/// point, born at its coordinate. So a result tells which events its window had.
struct Simulation {
    struct Published: Equatable {
        let id: String
        let stream: String
        let events: [Int]
    }

    let partitionCount: Int
    let makeProcessor: () -> WindowProcessor
    private(set) var log: [TopicPartition: [ConsumedRecord]] = [:]
    private(set) var committed: [TopicPartition: CommittedOffset] = [:]
    private(set) var published: [Published] = []
    private(set) var letters: [OutgoingRecord] = []
    var bridges: [Member]
    var now: Int64 = 0
    private var random: SplitMix64
    private var nextEvent = 0
    private(set) var accepted: [Int: String] = [:]
    /// Out of 100 answers of the daemon, and out of 100 batches.
    var failureRate: UInt64 = 0
    /// Whether a batch's offsets are committed with its records, both or neither.
    var isTransactional = false

    /// A bridge as the group sees it.
    struct Member {
        var processor: WindowProcessor
        var owned: Set<TopicPartition> = []
        var position: [TopicPartition: Int] = [:]
        var paused: Set<TopicPartition> = []
        var asked: [(id: Int, request: ComputeRequest)] = []
        var batch: WindowProcessor.Batch?
        /// Partitions that it is asked to give back, and who gets them.
        var leaving: [TopicPartition: Int] = [:]
    }

    init(seed: UInt64, bridges count: Int, partitions: Int = 4, options: WindowOptions) throws {
        random = SplitMix64(seed: seed)
        partitionCount = partitions
        let reader = EventReader(schema: try MessageSchema.events.compiled())
        makeProcessor = { WindowProcessor(options: options, reader: reader) }
        let make = makeProcessor
        bridges = (0..<count).map { _ in Member(processor: make()) }
        for partition in (0..<Int32(partitions)).map({ TopicPartition("tda_events", $0) }) {
            log[partition] = []
            assign(partition, to: Int(partition.partition) % count)
        }
    }

    mutating func roll(_ bound: UInt64) -> UInt64 { random.next() % bound }

    // MARK: The cluster

    /// An event of a stream, which always goes to the same partition.
    mutating func append(stream: Int, time: Int64) {
        let source = TopicPartition("tda_events", Int32(stream % partitionCount))
        let text = """
            {"metadata": {"message_id": "m\(nextEvent)", "message_type": "stream.event"},
             "payload": {"stream_id": "s\(stream)", "points": [[\(nextEvent)]], "timestamp": \(1_000_000_000_000 + time)}}
            """
        accepted[nextEvent] = "s\(stream)"
        nextEvent += 1
        append(Array(text.utf8), to: source)
    }

    mutating func append(_ value: [UInt8]?, to source: TopicPartition) {
        let offset = Int64(log[source]?.count ?? 0)
        log[source]?.append(ConsumedRecord(source: source, offset: offset, key: nil, value: value))
    }

    private mutating func assign(_ partition: TopicPartition, to member: Int) {
        let offset = committed[partition] ?? CommittedOffset(offset: nil)
        bridges[member].owned.insert(partition)
        bridges[member].position[partition] = Int(offset.offset ?? 0)
        bridges[member].processor.assigned([partition: offset], now: now)
    }

    /// The group moves a partition to another member, as soon as its owner gives it back.
    mutating func move(_ partition: TopicPartition, to member: Int) {
        guard let owner = bridges.firstIndex(where: { $0.owned.contains(partition) }), owner != member,
            bridges[owner].leaving.isEmpty
        else { return }
        bridges[owner].leaving[partition] = member
        bridges[owner].processor.revoked([partition], lost: false, now: now)
    }

    /// A bridge dies, and another one in its place gets its partitions.
    mutating func crash(_ member: Int) {
        let owned = bridges[member].owned
        bridges[member] = Member(processor: makeProcessor())
        for partition in owned.sorted() { assign(partition, to: member) }
    }

    // MARK: What a bridge's thread does

    mutating func poll(_ member: Int, limit: Int) {
        for partition in bridges[member].owned.sorted() where !bridges[member].paused.contains(partition) {
            let records = log[partition] ?? []
            let start = bridges[member].position[partition] ?? 0
            for record in records[start..<min(start + limit, records.count)] {
                bridges[member].processor.record(record, now: now, wallTime: 1_100_000_000_000)
                bridges[member].position[partition] = Int(record.offset) + 1
            }
            if bridges[member].position[partition] == records.count {
                bridges[member].processor.reachedEnd(partition, now: now)
            }
        }
        step(member)
    }

    mutating func step(_ member: Int) {
        bridges[member].processor.tick(now: now)
        for action in bridges[member].processor.takeActions() {
            switch action {
            case .compute(let id, let request): bridges[member].asked.append((id, request))
            case .publish(let batch): bridges[member].batch = batch
            case .commit(let offsets): commit(offsets)
            case .pause(let partitions): bridges[member].paused.formUnion(partitions)
            case .resume: bridges[member].paused = []
            case .release(let partitions, let offsets, _):
                commit(offsets)
                for partition in partitions {
                    bridges[member].owned.remove(partition)
                    if let next = bridges[member].leaving.removeValue(forKey: partition) {
                        assign(partition, to: next)
                    }
                }
            }
        }
    }

    private mutating func commit(_ offsets: [TopicPartition: CommittedOffset]) {
        for (partition, offset) in offsets { committed[partition] = offset }
    }

    /// The daemon answers one of the requests, in any order.
    mutating func answer(_ member: Int) {
        guard !bridges[member].asked.isEmpty else { return }
        let index = Int(roll(UInt64(bridges[member].asked.count)))
        let (id, request) = bridges[member].asked.remove(at: index)
        let outcome: Result<ComputeResult, Failure> =
            if roll(100) < failureRate {
                .failure(Failure([FailureCode.overloaded, .unavailable][Int(roll(2))], "not now"))
            } else {
                .success(Self.result(request))
            }
        bridges[member].processor.computed(id, outcome, now: now, wallTime: 0)
        step(member)
    }

    static func result(_ request: ComputeRequest) -> ComputeResult {
        guard case .points(let cloud) = request.input else {
            return ComputeResult(
                barcode: Barcode(maxDimension: 0, pairs: []), statistics: ComputeStatistics())
        }
        let pairs = (0..<cloud.count).map {
            PersistencePair(dimension: 0, birth: cloud.coordinates[$0 * cloud.dimension], death: .infinity)
        }
        return ComputeResult(barcode: Barcode(maxDimension: 0, pairs: pairs), statistics: ComputeStatistics())
    }

    /// The brokers acknowledge the batch, or refuse it.
    mutating func acknowledge(_ member: Int) throws {
        guard let batch = bridges[member].batch else { return }
        bridges[member].batch = nil
        let succeeds = roll(100) >= failureRate
        if succeeds {
            if isTransactional { commit(batch.offsets) }
            for record in batch.records {
                if record.topic.hasSuffix(".dlq") {
                    letters.append(record)
                } else {
                    published.append(try Self.read(record))
                }
            }
        }
        bridges[member].processor.published(succeeds)
        step(member)
    }

    private static func read(_ record: OutgoingRecord) throws -> Published {
        let tree = try JSONValue(parsing: record.value ?? [])
        let payload = tree["payload"]
        return Published(
            id: tree["metadata"]?["message_id"]?.string ?? "", stream: payload?["stream_id"]?.string ?? "",
            events: (payload?["persistence_pairs"]?.array ?? []).compactMap { $0["birth"]?.integer })
    }

    /// Until nothing is left to do.
    mutating func settle() throws {
        failureRate = 0
        for _ in 0..<4000 {
            now += 50
            for member in bridges.indices {
                poll(member, limit: 100)
                while !bridges[member].asked.isEmpty { answer(member) }
                try acknowledge(member)
            }
        }
    }
}
