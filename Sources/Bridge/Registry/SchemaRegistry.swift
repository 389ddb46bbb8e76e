import AsyncHTTPClient
import Formats
import FoundationEssentials
import NIOCore
import NIOHTTP1
import Schemas

/// A schema registry with Confluent's REST API.
struct SchemaRegistry: Sendable {
    private let base: String
    /// `Basic …`, from the user and password in the URL.
    private let authorization: String?
    private let client: HTTPClient

    private static let mediaType = "application/vnd.schemaregistry.v1+json"

    /// - Parameter url: `http://host:port` or `https://…`, with `user:password@` where it asks for them.
    /// - Throws: `RegistryError.badURL`.
    init(url: String, client: HTTPClient) throws(RegistryError) {
        guard let parts = URLComponents(string: url), let scheme = parts.scheme, parts.host != nil,
            ["http", "https"].contains(scheme)
        else { throw .badURL }
        var bare = parts
        bare.user = nil
        bare.password = nil
        base = (bare.string ?? "").trimmingSlashes
        authorization = parts.user.map { user in
            "Basic " + Data("\(user):\(parts.password ?? "")".utf8).base64EncodedString()
        }
        self.client = client
    }

    /// Registers a schema under `<topic>-value`, if it goes with the versions that are there.
    ///
    /// - Throws: `RegistryError.incompatible` with the registry's reasons when it does not.
    func register(_ schema: MessageSchema, topic: String) async throws(RegistryError) -> RegisteredSchema {
        let subject = "\(topic)-value"
        var json = JSONText(capacity: 4096)
        json.object { json in
            json.member("schemaType", "JSON")
            json.member("schema", schema.text)
        }
        try await checkCompatibility(subject, json.bytes)
        let (status, answer) = try await post("/subjects/\(subject)/versions", json.bytes)
        guard status == 200, let id = answer["id"]?.integer else {
            throw Self.error(status, answer, subject)
        }
        return RegisteredSchema(id: id, guid: answer["guid"]?.string.flatMap { UUID(uuidString: $0)?.bytes })
    }

    private func checkCompatibility(_ subject: String, _ body: [UInt8]) async throws(RegistryError) {
        let (status, answer) = try await post(
            "/compatibility/subjects/\(subject)/versions/latest?verbose=true", body)
        switch status {
        case 200:
            guard answer["is_compatible"]?.bool == false else { return }
            let reasons = (answer["messages"]?.array ?? []).compactMap(\.string).joined(separator: "; ")
            throw .incompatible(subject, reasons)
        // No such subject, or no version of it yet.
        case 404: return
        default: throw Self.error(status, answer, subject)
        }
    }

    private func post(
        _ path: String, _ body: [UInt8]
    ) async throws(RegistryError) -> (status: Int, answer: JSONValue) {
        var request = HTTPClientRequest(url: base + path)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: Self.mediaType)
        request.headers.add(name: "Accept", value: Self.mediaType)
        if let authorization { request.headers.add(name: "Authorization", value: authorization) }
        request.body = .bytes(ByteBuffer(bytes: body))
        do {
            let response = try await client.execute(request, timeout: .seconds(10))
            let answer = try await response.body.collect(upTo: 1 << 20)
            let tree = try? JSONValue(parsing: Array(answer.readableBytesView))
            return (Int(response.status.code), tree ?? .null)
        } catch {
            throw .unreachable(base, "\(error)")
        }
    }

    private static func error(_ status: Int, _ answer: JSONValue, _ subject: String) -> RegistryError {
        let message = answer["message"]?.string ?? "without a message"
        let code = answer["error_code"]?.integer ?? status
        return status == 409 ? .incompatible(subject, message) : .refused(subject, status, code, message)
    }
}

enum RegistryError: Error, Sendable, Hashable, CustomStringConvertible {
    case badURL
    case unreachable(String, String)
    case refused(String, Int, Int, String)
    case incompatible(String, String)

    /// Whether trying again later may help.
    var isPassing: Bool {
        switch self {
        case .unreachable: true
        case .refused(_, let status, _, _): status >= 500 || status == 429
        case .badURL, .incompatible: false
        }
    }

    var description: String {
        switch self {
        case .badURL: "SCHEMA_REGISTRY_URL: expected http://host:port or https://host:port"
        case .unreachable(let base, let reason): "the schema registry at \(base) does not answer: \(reason)"
        case .refused(let subject, let status, let code, let message):
            "the schema registry refused \(subject) with \(status), code \(code): \(message)"
        case .incompatible(let subject, let reasons):
            "the schema of \(subject) does not go with the version in the registry: \(reasons)"
        }
    }
}

extension String {
    fileprivate var trimmingSlashes: String {
        var text = self[...]
        while text.hasSuffix("/") { text.removeLast() }
        return String(text)
    }
}

extension UUID {
    fileprivate var bytes: [UInt8] { withUnsafeBytes(of: uuid) { Array($0) } }
}
