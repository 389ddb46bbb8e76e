public import ArgumentParser
import FoundationEssentials
import Glibc
public import Logging

/// The least severity that is logged.
public enum LogLevel: String, Sendable, CaseIterable, ExpressibleByArgument {
    case trace, debug, info, notice, warning, error, critical

    public var level: Logger.Level { Logger.Level(rawValue: rawValue) ?? .info }
}

/// How a record is written.
public enum LogFormat: String, Sendable, CaseIterable, ExpressibleByArgument {
    case text, json
}

/// Writes each record as one line on standard error:
/// `2026-11-23T03:14:15.926Z info tdad.server: listening socket=/run/tda.sock`, or as a JSON object with
/// `time`, `level`, `logger`, `message` and the metadata.
///
/// Secrets stay out of logs by their type: see `Secret`.
public struct LineLogHandler: LogHandler {
    public var metadata = Logger.Metadata()
    public var metadataProvider: Logger.MetadataProvider?
    public var logLevel: Logger.Level
    private let label: String
    private let format: LogFormat
    private let writeLine: @Sendable (String) -> Void

    public init(
        label: String, level: Logger.Level, format: LogFormat,
        writeLine: @escaping @Sendable (String) -> Void = StandardError.writeLine
    ) {
        self.label = label
        self.logLevel = level
        self.format = format
        self.writeLine = writeLine
    }

    /// Makes this the handler of every `Logger` of the process. Call it once.
    public static func bootstrap(level: LogLevel, format: LogFormat) {
        LoggingSystem.bootstrap { label in
            LineLogHandler(label: label, level: level.level, format: format)
        }
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { _, new in new } }
        if let given = event.metadata { all.merge(given) { _, new in new } }
        let now = timestamp()
        switch format {
        case .text:
            var line = "\(now) \(event.level) \(label): \(event.message)".onOneLine
            for (key, value) in all.sorted(by: { $0.key < $1.key }) {
                line += " \(key)=\("\(value)".quotedIfNeeded)"
            }
            writeLine(line)
        case .json:
            var record = all.mapValues { "\($0)" }
            record["time"] = now
            record["level"] = "\(event.level)"
            record["logger"] = label
            record["message"] = "\(event.message)"
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            guard let line = try? encoder.encode(record) else { return }
            writeLine(String(decoding: line, as: UTF8.self))
        }
    }

    /// Now in UTC, to the millisecond.
    private func timestamp() -> String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        var parts = tm()
        gmtime_r(&now.tv_sec, &parts)
        var buffer = [CChar](repeating: 0, count: 24)
        let length = strftime(&buffer, buffer.count, "%Y-%m-%dT%H:%M:%S", &parts)
        let seconds = String(decoding: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let milliseconds = String(1000 + now.tv_nsec / 1_000_000).dropFirst()
        return "\(seconds).\(milliseconds)Z"
    }
}

extension String {
    /// With line breaks written out, so that a record stays one line whatever a client sent.
    fileprivate var onOneLine: String {
        contains(where: \.isNewline)
            ? String(flatMap { $0.isNewline ? Array("\\n") : [$0] }) : self
    }

    fileprivate var quotedIfNeeded: String {
        let plain = !isEmpty && !contains { $0.isWhitespace || $0 == "\"" || $0 == "=" }
        return plain ? self : "\"\(replacing("\"", with: "\\\"").onOneLine)\""
    }
}
