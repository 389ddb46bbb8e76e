import Logging
import Settings
import Synchronization
import Testing

private final class Sink: Sendable {
    private let held = Mutex<[String]>([])
    var lines: [String] { held.withLock { $0 } }
    func write(_ line: String) { held.withLock { $0.append(line) } }
}

/// What is written when `log` logs.
private func lines(_ format: LogFormat, _ log: (Logger) -> Void) -> [String] {
    let sink = Sink()
    var logger = Logger(label: "tdad") { label in
        LineLogHandler(label: label, level: .info, format: format) { sink.write($0) }
    }
    logger[metadataKey: "id"] = "7"
    log(logger)
    return sink.lines
}

struct LineLogHandlerTests {
    @Test func `text is one line a record`() throws {
        let lines = lines(.text) { $0.warning("two\nlines", metadata: ["why": "no reason", "n": "1"]) }
        #expect(lines.count == 1)
        let line = try #require(lines.first)
        #expect(line.hasSuffix(#"Z warning tdad: two\nlines id=7 n=1 why="no reason""#))
        #expect(line.prefix(24).wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil)
    }

    @Test func `json is one object a record`() throws {
        let lines = lines(.json) { $0.error("a \"b\"", metadata: ["path": "/x"]) }
        let line = try #require(lines.first)
        #expect(
            line.hasPrefix(
                #"{"id":"7","level":"error","logger":"tdad","message":"a \"b\"","path":"/x","time":""#))
    }

    @Test func `what is below the level is left out`() {
        #expect(lines(.text) { $0.debug("quiet") }.isEmpty)
    }
}
