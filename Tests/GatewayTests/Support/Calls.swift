import Gateway
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import JobStore
import Logging
import NIOCore

let computePath = "/api/v1/tda/compute/vietoris-rips"

/// Runs `body` against a gateway without a network between.
func withGateway<Value>(
    _ compute: any Compute = FakeCompute(), configuration: GatewayConfiguration = .forTests,
    _ setup: TestingSetup = .router,
    _ body: @Sendable (any TestClientProtocol) async throws -> Value
) async throws -> Value {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let store = try SQLiteJobStore(path: folder.path + "/gateway.sqlite")
    var configuration = configuration
    configuration.uploadDirectory = folder.path + "/uploads"
    let gateway = Gateway(configuration: configuration, compute: compute, store: store, logger: logger)
    return try await gateway.application().test(setup, body)
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
