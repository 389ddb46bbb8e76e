import Formats
import Glibc
import HTTPTypes
import Hummingbird
import NIOCore

/// Requests whose body is an array of points: `application/x-npy`, or `application/octet-stream` with the shape in
/// headers. What else a JSON body may say stands in the query.
///
/// They are turned into one form that is also what the store keeps: a JSON body without its points, a NUL (which no
/// JSON has), the points as an NPY file.
enum ArrayBody {
    static let npy = "application/x-npy"
    static let raw = "application/octet-stream"

    static let shapeHeader = HTTPField.Name("X-TDA-Shape")!
    static let typeHeader = HTTPField.Name("X-TDA-Dtype")!

    /// The body of `request` in the common form; `body` itself where it is JSON.
    static func normalized(_ body: ByteBuffer, of request: Request) throws(Problem) -> ByteBuffer {
        guard let type = request.headers.first(.contentType), type != "application/json" else { return body }
        switch type.split(separator: ";").first?.lowercased().filter({ !$0.isWhitespace }) {
        case npy: return try joined(request, header: [], body)
        case raw:
            return try joined(request, header: try npyHeader(request, byteCount: body.readableBytes), body)
        default: return body
        }
    }

    /// Takes the common form apart: the JSON, and the NPY file where there is one.
    static func split(
        _ bytes: UnsafeRawBufferPointer
    ) -> (json: UnsafeRawBufferPointer, npy: UnsafeRawBufferPointer?) {
        guard let start = bytes.baseAddress, let zero = memchr(start, 0, bytes.count) else {
            return (bytes, nil)
        }
        let end = UnsafeRawPointer(zero) - start
        return (
            UnsafeRawBufferPointer(rebasing: bytes[..<end]),
            UnsafeRawBufferPointer(rebasing: bytes[(end + 1)...])
        )
    }

    private static func joined(
        _ request: Request, header: [UInt8], _ body: ByteBuffer
    ) throws(Problem) -> ByteBuffer {
        let options = try options(request.uri.queryParameters.map { (String($0), String($1)) })
        var joined = ByteBuffer()
        joined.reserveCapacity(options.count + 1 + header.count + body.readableBytes)
        joined.writeBytes(options)
        joined.writeInteger(UInt8(0))
        joined.writeBytes(header)
        joined.writeImmutableBuffer(body)
        return joined
    }

    /// The header of an NPY file for what the request's headers say of its body.
    private static func npyHeader(_ request: Request, byteCount: Int) throws(Problem) -> [UInt8] {
        let size: Int
        let element: String
        switch request.headers[typeHeader]?.lowercased() ?? "float32" {
        case "float32": (size, element) = (4, "<f4")
        case "float64": (size, element) = (8, "<f8")
        default: throw .invalid("X-TDA-Dtype may be float32 or float64 (little-endian)", at: "X-TDA-Dtype")
        }
        let shape = (request.headers[shapeHeader] ?? "").split(
            separator: ",", omittingEmptySubsequences: false
        )
        .map { Int($0.filter { !$0.isWhitespace }) }
        guard shape.count == 2, let rows = shape[0], let columns = shape[1], rows > 0, columns > 0 else {
            throw .invalid(
                "X-TDA-Shape: expected the numbers of points and of coordinates, as in 1000,3",
                at: "X-TDA-Shape")
        }
        let (count, tooMany) = rows.multipliedReportingOverflow(by: columns)
        guard !tooMany, count == byteCount / size, byteCount.isMultiple(of: size) else {
            throw .invalid(
                "X-TDA-Shape is \(rows),\(columns): that many numbers of \(size) bytes do not fill the body's "
                    + "\(byteCount) bytes", at: "X-TDA-Shape")
        }
        return NPYWriter.header(element: element, shape: [rows, columns])
    }

    // MARK: The query

    private enum Kind { case number, text, flag }

    /// The fields of `parameters` and `job_options` that the query may have.
    private static let parameters: [String: Kind] = [
        "max_edge_length": .number, "max_alpha_value": .number, "max_dimension": .number,
        "num_threads": .number, "metric": .text,
        "p": .number, "coefficient_field": .number, "precision": .text, "representatives": .flag,
        "subsample": .number, "timeout_ms": .number, "async": .flag,
    ]
    private static let jobOptions: [String: Kind] = ["cache_results": .flag, "notify_completion": .flag]

    private static func options(_ query: [(name: String, value: String)]) throws(Problem) -> [UInt8] {
        var members: (parameters: JSONText, jobOptions: JSONText) = (JSONText(), JSONText())
        var problem: Problem?
        members.parameters.object { json in
            for (name, value) in query where parameters[name] != nil {
                problem = problem ?? add(name, value, parameters[name], to: &json)
            }
        }
        members.jobOptions.object { json in
            for (name, value) in query where jobOptions[name] != nil {
                problem = problem ?? add(name, value, jobOptions[name], to: &json)
            }
        }
        if let problem { throw problem }
        if let (name, _) = query.first(where: { parameters[$0.name] == nil && jobOptions[$0.name] == nil }) {
            throw .invalid(
                "\(name.prefix(100)) is no parameter of this request", at: String(name.prefix(100)))
        }
        var json = JSONText()
        json.object { json in
            json.member("parameters", verbatim: members.parameters.bytes)
            json.member("job_options", verbatim: members.jobOptions.bytes)
        }
        return json.bytes
    }

    private static func add(
        _ name: String, _ value: String, _ kind: Kind?, to json: inout JSONText
    ) -> Problem? {
        switch kind {
        case .text: json.member(name, value)
        case .flag:
            guard value == "true" || value == "false" else {
                return .invalid("\(name) is \(value.prefix(32)), expected true or false", at: name)
            }
            json.member(name, value == "true")
        case .number, nil:
            let isNumber = Array(value.utf8).withUnsafeBytes { bytes in
                var reader = JSONReader(bytes)
                return (try? reader.number(at: name)) != nil && (try? reader.end()) != nil
            }
            guard isNumber else {
                return .invalid("\(name) is \(value.prefix(32)), expected a number", at: name)
            }
            json.member(name, verbatim: Array(value.utf8))
        }
        return nil
    }
}
