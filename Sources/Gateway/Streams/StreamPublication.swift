import Formats
import Messages

/// The body of `POST /stream/publish`, read and checked: one `event`, or a list of `events`.
struct StreamPublication: Sendable {
    /// One that is to be published.
    struct Entry: Sendable {
        let event: StreamEvent
        /// The record's key.
        let key: String
    }

    let topic: String
    let entries: [Entry]
    /// Whether it came as a list, and is answered as one.
    let isBatch: Bool

    /// Events that one request may have.
    static let maxEvents = 10_000

    /// - Parameter topics: those that there are; events go to one of them.
    static func read(
        _ text: UnsafeRawBufferPointer, topics: MessageTopics
    ) throws(Problem) -> StreamPublication {
        var reader = JSONReader(text)
        var topic: String?
        var single: EventFields?
        var several: [EventFields]?
        var count = 0
        var partitionKey: String?
        do {
            try reader.object(at: "body") { (key, reader) throws(JSONError) in
                switch key {
                case "topic": topic = try reader.string(at: "topic")
                case "event": single = try EventFields(&reader, at: "event")
                case "events":
                    var events: [EventFields] = []
                    try reader.array(at: "events") { (index, reader) throws(JSONError) in
                        count = index + 1
                        // What is too much is not kept.
                        guard index < Self.maxEvents else { return try reader.skip() }
                        events.append(try EventFields(&reader, at: "events[\(index)]"))
                    }
                    several = events
                case "options" where try reader.acceptNull(): return
                case "options": partitionKey = try Self.partitionKey(&reader, at: "options")
                default: try reader.skip()
                }
            }
            try reader.end()
        } catch {
            throw Problem(error, in: reader)
        }
        guard let topic else { throw .invalid("topic is missing", at: "topic") }
        guard topic == topics.events else {
            throw .invalid(
                "topic: no events are taken for \"\(topic.prefix(64))\"; known: \(topics.events)", at: "topic"
            )
        }
        guard (single == nil) != (several == nil) else {
            throw .invalid(
                single == nil ? "event is missing" : "there are both event and events; send one of them",
                at: "event")
        }
        guard count <= Self.maxEvents else {
            throw .invalid("events has \(count) elements, at most \(Self.maxEvents) are taken", at: "events")
        }
        let entries = try (several ?? [single].compactMap(\.self)).map { (fields) throws(Problem) in
            try fields.check(partitionKey: partitionKey)
        }
        guard !entries.isEmpty else { throw .invalid("events is empty", at: "events") }
        return StreamPublication(topic: topic, entries: entries, isBatch: several != nil)
    }

    /// Reads the object under `options`.
    fileprivate static func partitionKey(
        _ reader: inout JSONReader, at place: String
    ) throws(JSONError) -> String? {
        var found: String?
        try reader.object(at: place) { (key, reader) throws(JSONError) in
            guard key == "partition_key" else { return try reader.skip() }
            if try reader.acceptNull() { return }
            found = try reader.string(at: "\(place).partition_key")
        }
        return found
    }
}

/// What stood under `event`, in whatever order.
private struct EventFields {
    let place: String
    var type: String?
    var data: Result<StreamEvent, StreamEventError>?
    var partitionKey: String?

    init(_ reader: inout JSONReader, at place: String) throws(JSONError) {
        self.place = place
        try reader.object(at: place) { (key, reader) throws(JSONError) in
            switch key {
            case "type": type = try reader.string(at: "\(place).type")
            case "data":
                let read: Result<StreamEvent, StreamEventError>
                do throws(StreamEventError) {
                    read = .success(try StreamEvent(&reader, at: "\(place).data"))
                } catch {
                    read = .failure(error)
                }
                if case .failure(.json(let error)) = read { throw error }
                data = read
            case "options" where try reader.acceptNull(): return
            case "options":
                partitionKey = try StreamPublication.partitionKey(&reader, at: "\(place).options")
            default: try reader.skip()
            }
        }
    }

    /// - Parameter partitionKey: that of the whole request, where the event has none of its own.
    func check(partitionKey shared: String?) throws(Problem) -> StreamPublication.Entry {
        guard let type else { throw .invalid("\(place).type is missing", at: "\(place).type") }
        guard StreamEvent.types.contains(type) else {
            let known = StreamEvent.types.joined(separator: ", ")
            throw .invalid(
                "\(place).type: unknown type \"\(type.prefix(64))\"; known: \(known)", at: "\(place).type")
        }
        guard let data else { throw .invalid("\(place).data is missing", at: "\(place).data") }
        var event: StreamEvent
        switch data {
        case .success(let read): event = read
        case .failure(.invalid(let message, let place)): throw .invalid(message, at: place)
        case .failure(.json): throw .invalid("\(place).data cannot be read", at: "\(place).data")
        }
        event.type = type
        let key = partitionKey ?? shared ?? event.streamID
        guard key.isMessageKey else {
            throw .invalid(
                "options.partition_key has to have 1 to 255 bytes, none of them 0",
                at: "options.partition_key")
        }
        return StreamPublication.Entry(event: event, key: key)
    }
}
