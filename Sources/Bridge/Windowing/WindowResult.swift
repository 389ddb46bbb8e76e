import Formats
import FoundationEssentials
import Kafka
import Messages
import StreamWindows
import Vocabulary

/// The message about a window that was computed.
struct WindowResult {
    let task: WindowTask
    let result: ComputeResult
    let precision: Precision
    let isCount: Bool
    /// Milliseconds from closing the window to now.
    let latency: Int64

    /// Follows from the stream and the window, so that a window that is computed again has the same. One that
    /// was closed before its time is told by its last event and their number: read again, it may turn out
    /// longer, and is another one then.
    var id: String {
        let window = task.window
        let span: String
        if isCount {
            span = "count\n\(task.source.partition)\n\(task.firstPosition)\n\(window.floor)"
        } else {
            let last = window.events.last?.time ?? window.end
            let events = window.events.count
            span =
                window.reason == .watermark
                ? "\(window.start)\n\(window.end)" : "\(window.start)\n\(last)\n\(events) events"
        }
        return NameBasedID.uuid(namespace: NameBasedID.windows, "\(window.stream)\n\(span)")
    }

    func message(to topic: String) -> Message {
        let window = task.window
        let clouds = task.fitting
        let id = id
        let results = ResultsJSON.bytes(result, precision: precision)
        var envelope = Envelope(
            .windowCompleted, source: "tda-bridge", correlationID: id, traceParent: traceParent)
        envelope.id = id
        return envelope.message(to: topic, key: window.stream, capacity: results.count + 512) { json in
            json.member("stream_id", window.stream)
            json.member("result_id", id)
            json.members(verbatim: results)
            json.object("window_metadata") { json in
                json.member("window_start", Date(milliseconds: window.start).contractText)
                json.member("window_end", Date(milliseconds: window.end).contractText)
                json.member("event_count", clouds.count)
                json.member("point_count", clouds.reduce(0) { $0 + $1.pointCount })
                json.member("closed_by", window.reason.rawValue)
            }
            json.object("stream_processing") { json in
                json.member("engine", "tda-bridge")
                json.member("latency_ms", Double(max(latency, 0)))
                json.member("version", platformVersion)
            }
        }
    }

    /// That of the last event which has one.
    private var traceParent: String? {
        for event in task.window.events.reversed() {
            if let header = event.element.record.headers.last(where: { $0.name == "traceparent" })?.value {
                return String(decoding: header, as: UTF8.self)
            }
        }
        return nil
    }
}

extension Date {
    init(milliseconds: Int64) { self.init(timeIntervalSince1970: Double(milliseconds) / 1000) }
}

extension OutgoingRecord {
    init(_ message: Message, schemaID: KafkaHeader?) {
        self.init(
            topic: message.topic, key: Array(message.key.utf8), value: message.value,
            headers: message.headers.map { KafkaHeader($0.name, $0.value) } + (schemaID.map { [$0] } ?? []))
    }
}
