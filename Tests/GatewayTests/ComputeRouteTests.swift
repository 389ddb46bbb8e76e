import Gateway
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing
import Vocabulary

@Suite struct ComputeRouteTests {
    @Test func answersAsTheContractSays() async throws {
        try await withGateway { client in
            let response = try await client.post(
                computePath,
                """
                {"point_cloud": {"points": [[0,0,0],[1,0,0]], "dimension": 3},
                 "parameters": {"max_edge_length": 2.0, "max_dimension": 2, "num_threads": 2},
                 "job_options": {"async": false, "cache_results": true, "notify_completion": true}}
                """)
            #expect(response.status == .ok)
            #expect(response.headers[.contentType] == "application/json")
            let json = try response.json
            #expect(json["job_id"].text?.count == 36)
            #expect(json["algorithm"] == "vietoris_rips")
            #expect(json["status"] == "completed")
            for moment in ["created_at", "completed_at"] {
                let text = try #require(json[moment].text)
                #expect(text.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil, "\(text)")
            }
            #expect(json["computation_time_ms"] == 1.5)
            #expect(json["input_data"] == .object(["num_points": 2, "dimension": 3, "file_id": .null]))
            #expect(json["parameters"]["max_edge_length"] == 2)
            #expect(json["parameters"]["max_dimension"] == 2)
            #expect(json["parameters"]["num_threads"] == 2)
            #expect(json["parameters"]["metric"] == "euclidean")
            #expect(json["parameters"]["coefficient_field"] == 2)
            #expect(json["parameters"]["precision"] == "float32")

            let results = json["results"]
            #expect(
                results["persistence_pairs"]
                    == .array([
                        .object(["dimension": 0, "birth": 0, "death": 1, "persistence": 1]),
                        .object([
                            "dimension": 0, "birth": 0, "death": "infinity", "persistence": "infinity",
                        ]),
                    ]))
            #expect(results["betti_numbers"] == .object(["beta_0": 1, "beta_1": 0, "beta_2": 0]))
            #expect(results["cached"] == false)
            let statistics = results["statistics"]
            #expect(statistics["computation_time_ms"] == 1.5)
            #expect(statistics["memory_peak_mb"] == 0.5)
            #expect(statistics["num_points"] == 2)
            #expect(statistics["num_edges"] == 7)
            #expect(statistics["num_threads"] == 2)
            #expect(statistics["backend"] == "cpu")
            #expect(statistics["phases"]["distances"] != .null)
        }
    }

    @Test func usesTheContractsDefaults() async throws {
        let daemon = FakeCompute()
        try await withGateway(daemon) { client in
            let response = try await client.post(computePath, #"{"point_cloud": {"points": [[1.5, -2e1]]}}"#)
            #expect(response.status == .ok)
            // The enclosing radius that the daemon found.
            #expect(try response.json["parameters"]["max_edge_length"] == 2.5)
        }
        let request = try #require(daemon.requests.first)
        #expect(request.options == .vietorisRips(try VietorisRipsOptions()))
        #expect(request.threads == nil && request.timeout == nil)
        #expect(
            request.input == .points(try PointCloud(dimension: 2, coordinates: .float32([1.5, -20]))))
    }

    @Test func passesEveryParameterOn() async throws {
        let daemon = FakeCompute()
        try await withGateway(daemon) { client in
            let response = try await client.post(
                computePath,
                """
                {"parameters": {"max_edge_length": 0.25, "max_dimension": 3, "num_threads": 5,
                   "metric": "minkowski", "p": 3, "coefficient_field": 7, "precision": "float64",
                   "representatives": true, "timeout_ms": 1500},
                 "point_cloud": {"dimension": 1, "points": [[0.1], [1e-3]]}}
                """)
            #expect(response.status == .ok)
        }
        let request = try #require(daemon.requests.first)
        #expect(
            request.options
                == .vietorisRips(
                    try VietorisRipsOptions(
                        maxDimension: 3, maxEdgeLength: 0.25, metric: .minkowski(p: 3),
                        field: CoefficientField(modulus: 7), precision: .float64, representatives: true)))
        #expect(request.threads == 5)
        #expect(request.timeout == .milliseconds(1500))
        #expect(
            request.input == .points(try PointCloud(dimension: 1, coordinates: .float64([0.1, 1e-3]))))
    }

    @Test(arguments: [
        #"{"distance_matrix": {"values": [[0, 1, 2], [1, 0, 3], [2, 3, 0]]}}"#,
        #"{"distance_matrix": {"lower": [1, 2, 3]}}"#,
    ])
    func takesDistances(body: String) async throws {
        let daemon = FakeCompute()
        try await withGateway(daemon) { client in
            let response = try await client.post(computePath, body)
            #expect(response.status == .ok)
            #expect(
                try response.json["input_data"]
                    == .object(["num_points": 3, "dimension": .null, "file_id": .null]))
        }
        let matrix = try DistanceMatrix(count: 3, lowerTriangle: .float32([1, 2, 3]))
        #expect(daemon.requests.first?.input == .distances(matrix))
    }

    @Test func takesAWeightedFiltrationAndASubsample() async throws {
        let daemon = FakeCompute()
        try await withGateway(daemon) { client in
            let measured = try await client.post(
                computePath,
                """
                {"point_cloud": {"points": [[0], [1], [3]]}, "parameters": {"subsample": 2, "weights": "DTM",
                 "weight_params": {"p": 2, "r": 3, "n_neighbors": 1}}}
                """)
            #expect(measured.status == .ok)
            #expect(try measured.json["parameters"]["weights"] == "DTM")
            #expect(
                try measured.json["parameters"]["weight_params"]
                    == .object(["p": 2, "n_neighbors": 1, "r": 3]))
            #expect(try measured.json["parameters"]["subsample"] == 2)
            let given = try await client.post(
                computePath,
                """
                {"point_cloud": {"points": [[0], [1]]},
                 "parameters": {"weights": [0.5, 0], "weight_params": {"p": "infinity"}}}
                """)
            #expect(given.status == .ok)
        }
        #expect(daemon.requests.count == 2)
        #expect(
            daemon.requests.map(\.options) == [
                .vietorisRips(
                    try VietorisRipsOptions(
                        weighting: Weighting(.distanceToMeasure(neighbours: 1, r: 3), exponent: .two),
                        subsample: 2)),
                .vietorisRips(
                    try VietorisRipsOptions(weighting: Weighting(.given, exponent: .infinity))),
            ])
        #expect(daemon.requests.last?.input.weights == .float32([0.5, 0]))
    }

    @Test func readsANonZeroDiagonalAsVertexBirths() async throws {
        let daemon = FakeCompute()
        try await withGateway(daemon) { client in
            _ = try await client.post(computePath, #"{"distance_matrix": {"values": [[0.5, 1], [1, 0]]}}"#)
        }
        let matrix = try DistanceMatrix(
            count: 2, lowerTriangle: .float32([1]), vertexBirths: .float32([0.5, 0]))
        #expect(daemon.requests.first?.input == .distances(matrix))
    }

    @Test func estimates() async throws {
        try await withGateway { client in
            let body = #"{"point_cloud": {"points": [[0], [1]]}}"#
            let response = try await client.post("/api/v1/tda/estimate", body)
            #expect(response.status == .ok)
            let json = try response.json
            #expect(json["estimated_time_ms"] == 500)
            #expect(json["estimated_memory_mb"] == 3)
            #expect(json["mode"] == "sync")
            #expect(json["admissible"] == true)
        }
    }

    @Test func estimatesLongComputationsAsJobs() async throws {
        let slow = FakeCompute(estimate: { (_) throws(Failure) in
            ComputeEstimate(seconds: 2.1, memory: 1, admissible: true, memoryBudget: 1)
        })
        try await withGateway(slow) { client in
            let response = try await client.post(
                "/api/v1/tda/estimate", #"{"point_cloud": {"points": [[0]]}}"#)
            #expect(try response.json["mode"] == "async")
        }
    }
}
