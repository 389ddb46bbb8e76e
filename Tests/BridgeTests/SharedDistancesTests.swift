import Bridge
import Kafka
import Schemas
import SeededRandom
import Testing

@Suite struct SharedDistancesTests {
    private func update(_ offset: Int64, _ points: [[Double]]) throws -> CloudUpdate {
        let text = """
            {"metadata": {"message_id": "\(offset)", "message_type": "stream.event"},
             "payload": {"stream_id": "s", "points": \(points), "timestamp": 0}}
            """
        let record = ConsumedRecord(
            source: TopicPartition("tda_events", 0), offset: offset, key: nil, value: Array(text.utf8))
        return try EventReader(schema: try MessageSchema.events.compiled()).read(record, wallTime: 0)
    }

    private func judged(_ updates: [CloudUpdate]) -> [Double] {
        let points = updates.flatMap { update in
            (0..<update.pointCount).map { row in
                update.coordinates[row * update.dimension..<(row + 1) * update.dimension]
            }
        }
        return points.indices.flatMap { row in
            (0..<row).map { column in
                zip(points[row], points[column]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
            }
        }
    }

    /// Windows that slide over events of 1 to 4 points, some of which came out of order.
    @Test(arguments: [1, 3, 8, 13]) func overlappingWindowsAgreeWithComputingAnew(dimension: Int) throws {
        var random = SplitMix64(seed: UInt64(dimension))
        let events = try (0..<40).map { offset in
            try update(
                Int64(offset),
                (0...Int(random.next() % 4)).map { _ in
                    (0..<dimension).map { _ in Double(random.next() % 1000) / 100 }
                })
        }
        var shared = SharedDistances()
        for start in stride(from: 0, to: 30, by: 2) {
            // An event that came late stands among those that were there.
            let window = events[start..<start + 10].filter { $0.record.offset != 25 || start >= 20 }
            let found = shared.lowerTriangle(of: window)
            let expected = judged(window)
            #expect(found.count == expected.count)
            for (distance, judge) in zip(found, expected) {
                #expect(abs(Double(distance) - judge) <= 1e-5 * max(1, judge))
            }
        }
        #expect(shared.reused > shared.computed)
    }
}
