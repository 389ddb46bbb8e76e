import Gateway
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import JobStore
import Logging
import Messages
import NIOCore

let computePath = "/api/v1/tda/compute/vietoris-rips"

/// Runs `body` against a gateway without a network between.
func withGateway<Value>(
    _ compute: any Compute = FakeCompute(), configuration: GatewayConfiguration = .forTests,
    _ setup: TestingSetup = .router,
    _ body: @Sendable (any TestClientProtocol) async throws -> Value
) async throws -> Value {
    try await withStoredGateway(compute, configuration: configuration, setup) { client, _ in
        try await body(client)
    }
}

/// Runs `body` against a gateway and its store.
///
/// - Parameter topics: where jobs are announced.
func withStoredGateway<Value>(
    _ compute: any Compute = FakeCompute(), configuration: GatewayConfiguration = .forTests,
    announcingOn topics: MessageTopics? = nil, _ setup: TestingSetup = .router,
    _ body: @Sendable (any TestClientProtocol, SQLJobStore) async throws -> Value
) async throws -> Value {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let store = try StoreAddress.sqlite(path: folder.path + "/gateway.sqlite")
        .open(announcingOn: topics, runsJobs: true)
    var configuration = configuration
    configuration.uploadDirectory = folder.path + "/uploads"
    let gateway = Gateway(configuration: configuration, compute: compute, store: store, logger: logger)
    return try await gateway.application().test(setup) { client in try await body(client, store) }
}

extension TestClientProtocol {
    func post(
        _ path: String = computePath, _ body: String, headers: HTTPFields = [:]
    ) async throws -> TestResponse {
        try await execute(uri: path, method: .post, headers: headers, body: ByteBuffer(string: body))
    }

    func delete(_ path: String) async throws -> TestResponse {
        try await execute(uri: path, method: .delete)
    }

    func get(_ path: String, headers: HTTPFields = [:]) async throws -> TestResponse {
        try await execute(uri: path, method: .get, headers: headers)
    }
}

extension GatewayConfiguration {
    /// The defaults; `withGateway` gives each gateway a folder of its own.
    static var forTests: GatewayConfiguration { GatewayConfiguration(uploadDirectory: "") }
}
