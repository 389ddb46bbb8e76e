import Bridge
import Kafka
import Testing

@Suite struct DeadLetterTests {
    private let record = ConsumedRecord(
        source: TopicPartition("tda_events", 3), offset: 77, key: [1, 0], value: [0, 255],
        headers: [
            KafkaHeader("mine", [9]), KafkaHeader("mine", nil), KafkaHeader("dlq.topic", "an older letter"),
        ],
        timestamp: 12)

    @Test func aLetterGoesBackAsItCame() {
        let letter = DeadLetter(record, .schema, "no").outgoing(failedAt: "now")
        #expect(letter.topic == "tda_events.dlq")
        #expect(letter.header("dlq.partition") == "3" && letter.header("dlq.offset") == "77")
        #expect(letter.header("dlq.topic") == "tda_events" && letter.header("dlq.timestamp") == "12")
        let consumed = ConsumedRecord(
            source: TopicPartition(letter.topic, 0), offset: 0, key: letter.key, value: letter.value,
            headers: letter.headers)
        let original = DeadLetter.original(of: consumed)
        #expect(original?.topic == "tda_events")
        #expect(original?.key == record.key && original?.value == record.value)
        #expect(original?.headers == Array(record.headers.prefix(2)))
    }

    @Test func aLetterWithoutItsValueStaysWhereItIs() {
        let letter = DeadLetter(record, .tooLarge, "no").outgoing(failedAt: "now", withValue: false)
        #expect(letter.value == nil && letter.header("dlq.value.omitted") == "2")
        let consumed = ConsumedRecord(
            source: TopicPartition(letter.topic, 0), offset: 0, key: letter.key, value: letter.value,
            headers: letter.headers)
        #expect(DeadLetter.original(of: consumed) == nil)
        #expect(DeadLetter.original(of: record) == nil)
    }
}

@Suite struct OffsetLedgerTests {
    private let partition = TopicPartition("tda_requests", 0)

    @Test func anOffsetIsCommittedWhenAllBeforeItIsDone() {
        var ledger = OffsetLedger()
        ledger.assign([partition: CommittedOffset(offset: 5)])
        for offset: Int64 in 5...8 {
            let isOurs = ledger.begin(partition, offset)
            #expect(isOurs)
        }
        ledger.finish(partition, 6)
        ledger.finish(partition, 8)
        #expect(ledger.due().isEmpty)
        ledger.finish(partition, 5)
        #expect(ledger.due() == [partition: CommittedOffset(offset: 7)])
        ledger.markCommitted(ledger.due())
        #expect(ledger.due().isEmpty)
        ledger.finish(partition, 7)
        #expect(ledger.due() == [partition: CommittedOffset(offset: 9)])
    }

    @Test func recordsOfPartitionsThatAreGoneDoNotCount() {
        var ledger = OffsetLedger()
        ledger.assign([partition: CommittedOffset(offset: nil)])
        ledger.revoke([partition])
        let isOurs = ledger.begin(partition, 0)
        #expect(!isOurs)
        #expect(ledger.openCount == 0 && ledger.due().isEmpty)
    }
}
