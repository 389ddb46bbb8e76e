import NIOCore

/// Takes a `multipart/form-data` body (RFC 7578) apart as it comes, holding no more than a part's header
/// and the length of the boundary.
struct MultipartParser {
    enum Event {
        /// A part begins.
        case part(name: String, fileName: String?)
        /// The next bytes of the part.
        case data(ByteBuffer)
        case partEnd
        /// The last part has ended; what follows is ignored.
        case end
    }

    private enum State { case preamble, afterBoundary, headers, body, finished }

    private static let maxHeaderBytes = 16 << 10

    /// What stands between parts, with the line break before it.
    private let delimiter: [UInt8]
    private var state = State.preamble
    /// Starts with a line break, so that a boundary at the very start is like the others.
    private var pending = ByteBuffer(string: "\r\n")

    /// - Parameter contentType: the request's; nil is returned unless it is a form with a boundary.
    init?(contentType: String) {
        let parts = contentType.split(separator: ";").map { $0.trimmingBlanks }
        guard parts.first?.lowercased() == "multipart/form-data",
            let boundary = parts.dropFirst().compactMap({ Self.parameter("boundary", in: $0) }).first,
            (1...70).contains(boundary.utf8.count)
        else { return nil }
        delimiter = Array("\r\n--\(boundary)".utf8)
    }

    var isFinished: Bool { state == .finished }

    /// Appends `chunk` and takes out what is complete.
    ///
    /// - Throws: VALIDATION_ERROR for what is no form.
    mutating func feed(_ chunk: ByteBuffer) throws(Problem) -> [Event] {
        pending.writeImmutableBuffer(chunk)
        var events: [Event] = []
        while try step(&events) {}
        pending.discardReadBytes()
        return events
    }

    /// Whether there may be more to take out.
    private mutating func step(_ events: inout [Event]) throws(Problem) -> Bool {
        switch state {
        case .preamble:
            guard try skipToDelimiter(emit: nil, &events) else { return false }
            state = .afterBoundary
        case .afterBoundary:
            guard pending.readableBytes >= 2 else { return false }
            switch pending.readString(length: 2) {
            case "--":
                state = .finished
                events.append(.end)
            case "\r\n": state = .headers
            default: throw .invalid("the form's boundary is not followed by a line break")
            }
        case .headers:
            guard let header = try readHeader() else { return false }
            events.append(try Self.part(header))
            state = .body
        case .body:
            guard try skipToDelimiter(emit: { .data($0) }, &events) else { return false }
            events.append(.partEnd)
            state = .afterBoundary
        case .finished:
            pending.clear()
            return false
        }
        return true
    }

    /// Reads up to and including the next delimiter; without one, up to where one may have begun.
    private mutating func skipToDelimiter(
        emit: ((ByteBuffer) -> Event)?, _ events: inout [Event]
    ) throws(Problem) -> Bool {
        let found = pending.withUnsafeReadableBytes { Self.find(delimiter, in: $0) }
        let length = found ?? max(pending.readableBytes - delimiter.count + 1, 0)
        if length > 0, let data = pending.readSlice(length: length), let emit { events.append(emit(data)) }
        if found != nil { pending.moveReaderIndex(forwardBy: delimiter.count) }
        return found != nil
    }

    private mutating func readHeader() throws(Problem) -> String? {
        if pending.withUnsafeReadableBytes({ $0.starts(with: "\r\n".utf8) }) {
            pending.moveReaderIndex(forwardBy: 2)
            return ""
        }
        let end = pending.withUnsafeReadableBytes { Self.find(Array("\r\n\r\n".utf8), in: $0) }
        guard let end else {
            guard pending.readableBytes <= Self.maxHeaderBytes else {
                throw .invalid("a part of the form has a header of more than \(Self.maxHeaderBytes) bytes")
            }
            return nil
        }
        let header = pending.readString(length: end)
        pending.moveReaderIndex(forwardBy: 4)
        return header
    }

    private static func part(_ header: String) throws(Problem) -> Event {
        for line in header.split(separator: "\r\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "content-disposition" else { continue }
            let values = quotedFields(parts[1])
            guard let name = values.compactMap({ parameter("name", in: $0) }).first else { continue }
            return .part(name: name, fileName: values.compactMap { parameter("filename", in: $0) }.first)
        }
        throw .invalid("a part of the form has no name")
    }

    /// Splits at semicolons, but not at those in quotes.
    private static func quotedFields(_ text: Substring) -> [String] {
        var fields = [""]
        var isQuoted = false
        for character in text {
            if character == "\"" { isQuoted.toggle() }
            if character == ";", !isQuoted {
                fields.append("")
            } else {
                fields[fields.count - 1].append(character)
            }
        }
        return fields.map(\.trimmingBlanks)
    }

    /// The value of `name=value` or `name="value"`.
    private static func parameter(_ name: String, in field: String) -> String? {
        guard let equals = field.firstIndex(of: "="), field[..<equals].lowercased() == name else {
            return nil
        }
        var value = field[field.index(after: equals)...]
        if value.count >= 2, value.hasPrefix("\""), value.hasSuffix("\"") {
            value = value.dropFirst().dropLast()
        }
        return String(value)
    }

    /// The offset of the first occurrence of `needle`.
    private static func find(_ needle: [UInt8], in bytes: UnsafeRawBufferPointer) -> Int? {
        guard let first = needle.first, bytes.count >= needle.count else { return nil }
        var start = 0
        let last = bytes.count - needle.count
        while start <= last {
            guard let hit = bytes[start...last].firstIndex(of: first) else { return nil }
            if bytes[hit..<hit + needle.count].elementsEqual(needle) { return hit }
            start = hit + 1
        }
        return nil
    }
}

extension StringProtocol {
    fileprivate var trimmingBlanks: String {
        let start = drop { $0 == " " || $0 == "\t" }
        return String(start.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
