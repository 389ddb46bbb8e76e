import Formats
import Messages

/// The body of `POST /stream/publish`, read and checked.
struct StreamPublication: Sendable {
    let topic: String
    let event: StreamEvent
    /// The record's key.
    let key: String

    /// - Parameter topics: those that there are; events go to one of them.
    static func read(
        _ text: UnsafeRawBufferPointer, topics: MessageTopics
    ) throws(Problem) -> StreamPublication {
        var reader = JSONReader(text)
        var fields = Fields()
        do {
            try reader.object(at: "body") { (key, reader) throws(JSONError) in
                switch key {
                case "topic": fields.topic = try reader.string(at: "topic")
                case "event": try fields.readEvent(&reader)
                case "options" where try reader.acceptNull(): return
                case "options": try fields.readOptions(&reader)
                default: try reader.skip()
                }
            }
            try reader.end()
        } catch {
            throw Problem(error, in: reader)
        }
        return try fields.check(topics)
    }

    /// What stood there, in whatever order.
    private struct Fields {
        var topic: String?
        var type: String?
        var event: Result<StreamEvent, StreamEventError>?
        var partitionKey: String?

        mutating func readEvent(_ reader: inout JSONReader) throws(JSONError) {
            try reader.object(at: "event") { (key, reader) throws(JSONError) in
                switch key {
                case "type": type = try reader.string(at: "event.type")
                case "data":
                    let read: Result<StreamEvent, StreamEventError>
                    do throws(StreamEventError) {
                        read = .success(try StreamEvent(&reader, at: "event.data"))
                    } catch {
                        read = .failure(error)
                    }
                    if case .failure(.json(let error)) = read { throw error }
                    event = read
                default: try reader.skip()
                }
            }
        }

        mutating func readOptions(_ reader: inout JSONReader) throws(JSONError) {
            try reader.object(at: "options") { (key, reader) throws(JSONError) in
                guard key == "partition_key" else { return try reader.skip() }
                if try reader.acceptNull() { return }
                partitionKey = try reader.string(at: "options.partition_key")
            }
        }

        func check(_ topics: MessageTopics) throws(Problem) -> StreamPublication {
            guard let topic else { throw .invalid("topic is missing", at: "topic") }
            guard topic == topics.events else {
                throw .invalid(
                    "topic: no events are taken for \"\(topic.prefix(64))\"; known: \(topics.events)",
                    at: "topic")
            }
            guard let type else { throw .invalid("event.type is missing", at: "event.type") }
            guard StreamEvent.types.contains(type) else {
                let known = StreamEvent.types.joined(separator: ", ")
                throw .invalid(
                    "event.type: unknown type \"\(type.prefix(64))\"; known: \(known)", at: "event.type")
            }
            guard let event else { throw .invalid("event.data is missing", at: "event.data") }
            var checked: StreamEvent
            switch event {
            case .success(let event): checked = event
            case .failure(.invalid(let message, let place)): throw .invalid(message, at: place)
            case .failure(.json): throw .invalid("event.data cannot be read", at: "event.data")
            }
            checked.type = type
            let key = partitionKey ?? checked.streamID
            guard key.isMessageKey else {
                throw .invalid(
                    "options.partition_key has to have 1 to 255 bytes, none of them 0",
                    at: "options.partition_key")
            }
            return StreamPublication(topic: topic, event: checked, key: key)
        }
    }
}
