import Gateway
import HTTPTypes
import HummingbirdTesting
import NIOCore
import TDAClient
import Testing
import Vocabulary

private let alphaPath = "/api/v1/tda/compute/alpha-complex"
private let triangle = #"{"points": [[0, 0], [1, 0], [0.5, 0.75]], "dimension": 2}"#

@Suite struct AlphaRouteTests {
    @Test func passesItsParametersOn() async throws {
        let daemon = FakeCompute()
        try await withGateway(daemon) { client in
            let response = try await client.post(
                alphaPath,
                """
                {"point_cloud": \(triangle), "algorithm": "alpha_complex",
                 "parameters": {"max_alpha_value": 0.5, "max_dimension": 2, "coefficient_field": 3,
                   "num_threads": 2, "timeout_ms": 1500, "representatives": true, "metric": "euclidean"}}
                """)
            #expect(response.status == .ok)
            let json = try response.json
            #expect(json["algorithm"] == "alpha_complex")
            #expect(
                json["parameters"]
                    == .object([
                        "max_alpha_value": 0.5, "max_dimension": 2, "coefficient_field": 3, "num_threads": 2,
                        "precision": "float64", "representatives": true,
                    ]))
        }
        let request = try #require(daemon.requests.first)
        #expect(
            request.options
                == .alpha(
                    try AlphaComplexOptions(
                        maxDimension: 2, maxAlphaValue: 0.5, field: CoefficientField(modulus: 3),
                        representatives: true)))
        #expect(request.threads == 2 && request.timeout == .milliseconds(1500))
        #expect(
            request.input
                == .points(try PointCloud(dimension: 2, coordinates: .float64([0, 0, 1, 0, 0.5, 0.75]))))
    }

    @Test(arguments: ["{}", #"{"max_alpha_value": "infinity"}"#])
    func usesTheContractsDefaults(parameters: String) async throws {
        let daemon = FakeCompute()
        try await withGateway(daemon) { client in
            let body = #"{"point_cloud": \#(triangle), "parameters": \#(parameters)}"#
            let json = try await client.post(alphaPath, body).json
            #expect(json["parameters"]["max_alpha_value"] == "infinity")
            #expect(json["parameters"]["max_dimension"] == 1)
        }
        #expect(daemon.requests.first?.options == .alpha(try AlphaComplexOptions()))
    }

    @Test(arguments: [
        (
            #""point_cloud": \#(triangle), "parameters": {"max_alpha_value": -1}"#,
            "parameters.max_alpha_value"
        ),
        (#""point_cloud": \#(triangle), "parameters": {"max_alpha_value": "far"}"#, "max_alpha_value"),
        (#""point_cloud": \#(triangle), "parameters": {"max_dimension": -1}"#, "parameters.max_dimension"),
        (
            #""point_cloud": \#(triangle), "parameters": {"coefficient_field": 4}"#,
            "parameters.coefficient_field"
        ),
        (#""point_cloud": \#(triangle), "parameters": {"max_edge_length": 1}"#, "max_alpha_value"),
        (#""point_cloud": \#(triangle), "parameters": {"metric": "cosine"}"#, "Vietoris–Rips"),
        (#""point_cloud": \#(triangle), "parameters": {"weights": [1, 2, 3]}"#, "weighted"),
        (#""point_cloud": \#(triangle), "parameters": {"periodic": true}"#, "periodic"),
        (#""point_cloud": \#(triangle), "algorithm": "vietoris_rips""#, "algorithm is vietoris_rips"),
        (#""point_cloud": \#(triangle), "algorithm": "witness""#, "unknown algorithm"),
        (#""distance_matrix": {"lower": [1, 2, 3]}"#, "Vietoris–Rips"),
    ])
    func refusesWhatAnAlphaComplexDoesNotHave(members: String, message: String) async throws {
        let daemon = FakeCompute()
        try await withGateway(daemon) { client in
            let response = try await client.post(alphaPath, "{\(members)}")
            #expect(response.status == .badRequest)
            let error = try response.json["error"]
            #expect(error["code"] == "VALIDATION_ERROR")
            #expect(error["message"].text?.contains(message) == true, "\(error)")
        }
        #expect(daemon.requests.isEmpty)
    }

    @Test(arguments: [
        #""algorithm": "alpha_complex""#, #""parameters": {"max_alpha_value": 0.5}"#,
    ])
    func anEstimateMayBeOfAnAlphaComplex(member: String) async throws {
        let daemon = FakeCompute()
        try await withGateway(daemon) { client in
            let body = #"{"point_cloud": \#(triangle), \#(member)}"#
            try await #expect(client.post("/api/v1/tda/estimate", body).status == .ok)
        }
        #expect(daemon.requests.first?.options.precision == .float64)
    }

    // MARK: Against the daemon itself

    private func withDaemon(_ body: @Sendable (any TestClientProtocol) async throws -> Void) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let link = DaemonLink(socket: folder.path + "/tda.sock", name: "test")
        try await RealDaemon.with(socket: folder.path + "/tda.sock") {
            try await withGateway(link) { client in try await body(client) }
            await link.close()
        }
    }

    @Test(.timeLimit(.minutes(1))) func theContractsTriangle() async throws {
        try await withDaemon { client in
            let response = try await client.post(alphaPath, #"{"point_cloud": \#(triangle)}"#)
            #expect(response.status == .ok)
            let results = try response.json["results"]
            #expect(
                results["alpha_shape"]
                    == .object(["vertices": 3, "edges": 3, "triangles": 1, "tetrahedra": 0]))
            #expect(results["betti_numbers"] == .object(["beta_0": 1, "beta_1": 0]))
            #expect(results["cached"] == false)
            let again = try await client.post(alphaPath, #"{"point_cloud": \#(triangle)}"#).json
            #expect(again["results"]["cached"] == true)
            #expect(again["results"]["alpha_shape"] == results["alpha_shape"])
        }
    }

    @Test(.timeLimit(.minutes(1))) func otherDimensionsNameTheWay() async throws {
        try await withDaemon { client in
            for points in ["[[1], [2]]", "[[1, 2, 3, 4]]"] {
                for options in ["false", "true"] {
                    let body =
                        #"{"point_cloud": {"points": \#(points)}, "job_options": {"async": \#(options)}}"#
                    let response = try await client.post(alphaPath, body)
                    #expect(response.status == .badRequest)
                    let error = try response.json["error"]
                    #expect(error["code"] == "VALIDATION_ERROR")
                    #expect(error["message"].text?.contains("Vietoris–Rips") == true)
                }
            }
        }
    }
}
