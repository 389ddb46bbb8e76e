import Formats
import FoundationEssentials
import HTTPTypes
import Hummingbird
import JobStore
import NIOCore
import ResultCache
import Vocabulary

/// `GET /jobs/{id}/results` in the format that the client accepts.
struct JobResultsRoute: Sendable {
    let jobs: Jobs
    let recent: RecentJobs

    enum Format: String, CaseIterable {
        case json = "application/json"
        case lines = "application/x-ndjson"
        case npz = "application/x-npz"

        var shortName: String {
            switch self {
            case .json: "json"
            case .lines: "ndjson"
            case .npz: "npz"
            }
        }
    }

    private static let operation = Operation(
        .get, "\(apiRoot)/jobs/{job_id}/results", "getResults", .jobs,
        "The results of a completed job, in the format that is accepted.", parameters: [.jobID],
        answers: [
            Answer(
                .ok, "The barcode; NDJSON has a pair a line, NPZ an array a dimension (h0, h1, …).",
                [
                    .json("Results"), Content(type: Format.lines.rawValue, schema: .string),
                    Content(type: Format.npz.rawValue, schema: .bytes),
                ], headers: [("ETag", "Names the results in this format.")]),
            Answer(.notModified, "They are what `If-None-Match` names."),
        ], problems: [.notFound, .conflict, .notAcceptable])

    var routes: [Route] {
        let route = Route(Self.operation) { request, context in
            try await results(of: context.captured, request)
        }
        return [route]
    }

    private func results(of id: String, _ request: Request) async throws -> Response {
        let accept = request.headers[values: .accept].joined(separator: ",")
        guard let format = Self.format(accepting: accept) else {
            let types = Format.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem(.notAcceptable, "results can be had as \(types)")
        }
        let stored = try await storedResults(of: id)
        let tag = "\"\(stored.tag.prefix(32))-\(format.shortName)\""
        let headers: HTTPFields = [.eTag: tag, .cacheControl: "private, no-cache", .vary: "Accept"]
        let known = request.headers[values: .ifNoneMatch].flatMap { $0.split(separator: ",") }
            .map { $0.trimmingPrefix(while: \.isWhitespace) }
        if known.contains(where: { Self.matches($0, tag) }) {
            return Response(status: .notModified, headers: headers)
        }
        var response = Response(
            status: .ok, headers: headers,
            body: .init(byteBuffer: ByteBuffer(bytes: try Self.render(stored, as: format))))
        response.headers[.contentType] = format.rawValue
        return response
    }

    /// Compares weakly, as RFC 9110 wants it for GET; a compressed representation has the same content.
    private static func matches(_ known: Substring, _ tag: String) -> Bool {
        if known == "*" { return true }
        let strong = known.hasPrefix("W/") ? known.dropFirst(2) : known
        return strong == tag || strong == tag.dropLast() + CompressResponses.tagSuffix + "\""
    }

    private func storedResults(of id: String) async throws -> JobResults {
        if let (_, result) = recent[id] { return result.stored }
        let job = try await jobs.job(id)
        guard job.state == .completed else {
            throw Problem(
                .conflict, "job \(id) is \(job.state.rawValue), it has no results",
                details: [("status", .text(job.state.rawValue))])
        }
        let results = try await jobs.stored { store throws(StoreError) in try await store.results(of: id) }
        guard let results else { throw Problem(.notFound, "job \(id) has no stored results") }
        return results
    }

    private static func render(_ stored: JobResults, as format: Format) throws(Problem) -> [UInt8] {
        let json = Array(stored.json)
        switch format {
        case .json: return json
        case .lines: return try StoredResultsReader.lines(json)
        case .npz:
            let parameters = Array(stored.parameters.utf8)
            let (maxDimension, precision) = parameters.withUnsafeBytes { bytes -> (Int, Precision) in
                var reader = JSONReader(bytes)
                var (maxDimension, precision) = (0, Precision.float32)
                // What cannot be read keeps its default: the barcode tells the rest.
                try? reader.object(at: "parameters") { (key, reader) throws(JSONError) in
                    switch key {
                    case "max_dimension": maxDimension = try reader.integer(at: key)
                    case "precision": precision = Precision(rawValue: try reader.string(at: key)) ?? .float32
                    default: try reader.skip()
                    }
                }
                return (maxDimension, precision)
            }
            return ResultsNPZ.bytes(
                try StoredResultsReader.barcode(json, maxDimension: maxDimension, precision: precision))
        }
    }

    /// The best format for an `Accept` header; JSON without one.
    static func format(accepting header: String) -> Format? {
        let ranges = header.split(separator: ",").compactMap { range -> (type: String, quality: Double)? in
            let parts = range.split(separator: ";").map { $0.filter { !$0.isWhitespace }.lowercased() }
            guard let type = parts.first else { return nil }
            let quality = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) }
            return (type, quality ?? 1)
        }
        if ranges.isEmpty { return .json }
        // A type that is named weighs more than one that is covered by a wildcard.
        func quality(of format: Format) -> Double {
            let type = format.rawValue
            return ranges.first { $0.type == type }?.quality
                ?? ranges.first { $0.type == "application/*" }?.quality
                ?? ranges.first { $0.type == "*/*" }?.quality ?? 0
        }
        let best = Format.allCases.map { ($0, quality(of: $0)) }.reduce(into: (Format.json, 0.0)) {
            best, next in
            if next.1 > best.1 { best = next }
        }
        return best.1 > 0 ? best.0 : nil
    }
}
