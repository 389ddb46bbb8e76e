import AsyncHTTPClient
import Formats
import FoundationEssentials
import NIOCore
import NIOHTTP1
import Settings

/// Runs computations as jobs of the gateway, through its HTTP API.
struct GatewayJobs: Sendable {
    private let base: String
    private let token: Secret?
    private let client: HTTPClient

    /// - Parameter url: of the gateway, without `/api/v1`.
    init(url: String, token: Secret?, client: HTTPClient) {
        var url = url
        while url.hasSuffix("/") { url.removeLast() }
        base = url + "/api/v1"
        self.token = token
        self.client = client
    }

    /// A job that has ended.
    struct Ended: Sendable {
        let id: String
        let algorithm: String
        /// The contract's `results`.
        let results: JSONValue
    }

    enum Problem: Error, Sendable {
        /// Nobody there, or too much to do: nothing is wrong with the request.
        case passing(String, retryAfter: Duration?)
        /// The request will never succeed.
        case refused(code: String, message: String)
        /// The job was accepted and ended without results.
        case failed(job: String, code: String, message: String)
    }

    /// Submits a job, or finds the one that was submitted with the same key, and waits for its end.
    ///
    /// - Parameters:
    ///   - key: the same key and body give the same job.
    ///   - payload: the body of a compute request, and `algorithm`.
    func run(key: String, correlationID: String, payload: JSONValue, traceParent: String?)
        async throws(Problem) -> Ended
    {
        guard case .object(var body) = payload else {
            throw .refused(code: "VALIDATION_ERROR", message: "no object")
        }
        let algorithm = body.removeValue(forKey: "algorithm")?.string ?? "vietoris_rips"
        var options = body["job_options"]?.object ?? [:]
        options["async"] = .bool(true)
        body["job_options"] = .object(options)
        var text = JSONText(capacity: 4096)
        text.value(JSONValue.object(body))
        var headers = [
            ("Idempotency-Key", key), ("X-Request-Id", correlationID), ("Content-Type", "application/json"),
        ]
        if let traceParent { headers.append(("traceparent", traceParent)) }
        let path = algorithm == "alpha_complex" ? "alpha-complex" : "vietoris-rips"
        let accepted = try await send(.POST, "/tda/compute/\(path)", headers, text.bytes)
        guard let id = accepted["job_id"]?.string else {
            throw .refused(code: "INTERNAL", message: "the gateway's answer names no job")
        }
        return try await wait(for: id, algorithm)
    }

    private func wait(for id: String, _ algorithm: String) async throws(Problem) -> Ended {
        var pause = Backoff(least: .milliseconds(20), most: .seconds(1))
        while true {
            let job = try await send(.GET, "/jobs/\(id)", [], nil)
            switch job["status"]?.string {
            case "completed":
                guard let results = job["results"] else {
                    throw .failed(job: id, code: "INTERNAL", message: "the job has no results")
                }
                return Ended(id: id, algorithm: algorithm, results: results)
            case "failed", "cancelled":
                let error = job["error"]
                throw .failed(
                    job: id,
                    code: error?["code"]?.string ?? job["status"]?.string?.uppercased() ?? "INTERNAL",
                    message: error?["message"]?.string ?? "the job was \(job["status"]?.string ?? "ended")")
            default: break
            }
            do { try await Task.sleep(for: pause.next()) } catch {
                throw .passing("the bridge stops", retryAfter: nil)
            }
        }
    }

    private func send(
        _ method: HTTPMethod, _ path: String, _ headers: [(String, String)], _ body: [UInt8]?
    ) async throws(Problem) -> JSONValue {
        var request = HTTPClientRequest(url: base + path)
        request.method = method
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token.value)") }
        if let body { request.body = .bytes(ByteBuffer(bytes: body)) }
        let status: Int
        let retryAfter: Duration?
        let tree: JSONValue
        do {
            let response = try await client.execute(request, timeout: .seconds(60))
            let bytes = try await response.body.collect(upTo: 256 << 20)
            status = Int(response.status.code)
            retryAfter = response.headers.first(name: "Retry-After").flatMap { Int($0) }.map { .seconds($0) }
            tree = (try? JSONValue(parsing: Array(bytes.readableBytesView))) ?? .null
        } catch {
            throw .passing("the gateway at \(base) does not answer: \(error)", retryAfter: nil)
        }
        switch status {
        case 200..<300: return tree
        case 429, 500...:
            throw .passing("the gateway answered \(status)", retryAfter: retryAfter)
        default:
            throw .refused(
                code: tree["error"]?["code"]?.string ?? "HTTP_\(status)",
                message: tree["error"]?["message"]?.string ?? "the gateway answered \(status)")
        }
    }
}
