import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing
import Vocabulary

/// Each body that the contract calls malformed, and the place that the answer must name.
@Suite struct MalformedBodyTests {
    struct Case: CustomTestStringConvertible {
        let body: String
        let message: String
        var testDescription: String { body.isEmpty ? "nothing" : body }

        init(_ body: String, _ message: String) {
            self.body = body
            self.message = message
        }

        static func points(_ points: String, _ message: String) -> Case {
            Case(#"{"point_cloud": {"points": \#(points)}}"#, message)
        }

        static func parameter(_ parameter: String, _ message: String) -> Case {
            Case(#"{"point_cloud": {"points": [[0]]}, "parameters": {\#(parameter)}}"#, message)
        }

        static func distances(_ distances: String, _ message: String) -> Case {
            Case(#"{"distance_matrix": {\#(distances)}}"#, message)
        }
    }

    static let cases: [Case] =
        notJSON + badPoints + badDistances + badParameters

    static let notJSON: [Case] = [
        Case("", "the body is not JSON: the text ends where a value was expected, line 1 column 1"),
        Case("hello", "the body is not JSON: found 'h' where a value was expected, line 1 column 1"),
        Case(
            "{\n  \"a\" 1}",
            "the body is not JSON: found '1' where ':' after the key \"a\" was expected, line 2 column 7"),
        Case(
            "{} x", "the body is not JSON: found 'x' where the end of the text was expected, line 1 column 4"),
        Case("[1]", "body is an array, expected an object"),
        Case(
            #"{"point_cloud": {"points": [[0, 1], [2"#,
            "the body is not JSON: the text ends where ',' or ']' was expected"),
        .points("[[0 1]]", "the body is not JSON: found '1' where ',' or ']' was expected"),
        .points("[[01]]", "the body is not JSON: a number starts with a needless 0"),
        .points("[[1.]]", "the body is not JSON: found ']' where a digit after '.' was expected"),
        .points("[[1e]]", "the body is not JSON: found ']' where a digit of the exponent was expected"),
        .points("[[-]]", "the body is not JSON: found ']' where a digit was expected"),
        Case(#"{"a": "\q"}"#, "the body is not JSON: found 'q' where one of"),
        Case(
            #"{"a": "\ud800"}"#, "the body is not JSON: found '\"' where the second half of a surrogate pair"),
        Case(String(repeating: "[", count: 100_000), "body is an array"),
        Case(
            #"{"a": "# + String(repeating: "[", count: 100_000),
            "arrays and objects are nested more than 64 deep"),
    ]

    static let badPoints: [Case] = [
        Case("{}", "nothing to compute: give point_cloud, distance_matrix or file_id"),
        Case(#"{"point_cloud": null}"#, "nothing to compute"),
        Case(#"{"point_cloud": {}}"#, "point_cloud.points: missing"),
        Case(#"{"point_cloud": []}"#, "point_cloud is an array, expected an object"),
        Case(
            #"{"point_cloud": {"points": [[0]]}, "distance_matrix": {"lower": []}}"#,
            "give only one of point_cloud, distance_matrix and file_id"),
        .points("[]", "points: empty"),
        .points("[[]]", "points[0] has no coordinates"),
        .points("[[0,0,0],[1,0,0],[0,1,0],[1,1]]", "points[3] has 2 coordinates, expected 3"),
        .points("[[0,0],[1,0,7],[2]]", "points[1] has 3 coordinates, expected 2"),
        .points("[[0, 1], []]", "points[1] has 0 coordinates, expected 2"),
        .points("7", "points is a number, expected an array"),
        .points("[1, 2]", "points[0] is a number, expected an array"),
        .points("[[0], {}]", "points[1] is an object, expected an array"),
        .points(#"[[0, "1"]]"#, "points[0][1] is a string, expected a number"),
        .points("[[0, 1], [2, null]]", "points[1][1] is null, expected a number"),
        .points("[[true]]", "points[0][0] is true or false, expected a number"),
        .points("[[0], [NaN]]", "points[1][0] is not a finite number"),
        .points("[[0], [-Infinity]]", "points[1][0] is not a finite number"),
        .points("[[0], [1e999]]", "points[1][0] is not a finite number"),
        .points("[[0], [0], [1e39]]", "points[2][0] is not a finite number"),
        Case(
            #"{"point_cloud": {"points": [[0,0],[1,0]], "dimension": 3}}"#,
            "points[0] has 2 coordinates, expected 3"),
        Case(
            #"{"point_cloud": {"points": [[0,0],[1,0]], "dimension": -1}}"#,
            "point_cloud.dimension: -1 is not a number ≥ 1"),
        Case(
            #"{"point_cloud": {"points": [[0]], "dimension": 1.5}}"#,
            "point_cloud.dimension is 1.5, expected an integer"),
        Case(#"{"file_id": 7}"#, "file_id is a number, expected a string"),
    ]

    static let badDistances: [Case] = [
        .distances("", "distance_matrix: give values (full square) or lower"),
        .distances(#""values": []"#, "distance_matrix.values: empty"),
        .distances(#""values": [[0, 1]]"#, "distance_matrix.values[0]: 2 entries, expected 1"),
        .distances(#""values": [[0, 1], [1]]"#, "distance_matrix.values[1]: 1 entries, expected 2"),
        .distances(#""values": [[0, 1], [2, 0]]"#, "distance_matrix.values[1][0]: 2.0, but [0][1] is 1.0"),
        .distances(#""values": [[0, -1], [-1, 0]]"#, "distances[1][0] is -1.0"),
        .distances(#""values": [[0, "x"], [1, 0]]"#, "distance_matrix.values[0][1] is a string"),
        .distances(#""lower": [1, 2]"#, "distance_matrix.lower: 2 numbers are not n(n−1)/2 for any n"),
        .distances(#""lower": [1, -2, 3]"#, "distances[2][0] is -2.0"),
        .distances(#""lower": [1], "values": [[0]]"#, "give values or lower, not both"),
    ]

    static let badParameters: [Case] = [
        .parameter(#""max_edge_length": -1"#, "parameters.max_edge_length: -1.0 is not a number ≥ 0"),
        .parameter(#""max_edge_length": "2""#, "parameters.max_edge_length is a string, expected a number"),
        .parameter(#""max_dimension": -1"#, "parameters.max_dimension: -1 is not from 0 to 64"),
        .parameter(#""max_dimension": 65"#, "parameters.max_dimension: 65 is not from 0 to 64"),
        .parameter(#""max_dimension": 1.5"#, "parameters.max_dimension is 1.5, expected an integer"),
        .parameter(#""max_dimension": 1e30"#, "parameters.max_dimension is 1e30, expected an integer"),
        .parameter(#""max_edge_lenght": 1"#, "parameters.max_edge_lenght is no field of this request"),
        .parameter(#""num_threads": 0"#, "parameters.num_threads is 0, at least 1 is needed"),
        .parameter(#""metric": "taxi""#, #"parameters.metric: unknown metric "taxi"; known: euclidean"#),
        .parameter(#""metric": "minkowski""#, "parameters.p: minkowski needs an exponent"),
        .parameter(#""metric": "minkowski", "p": 0.5"#, "parameters.p: 0.5 is not a finite exponent ≥ 1"),
        .parameter(#""coefficient_field": 4"#, "parameters.coefficient_field: 4 is not prime, 2 divides it"),
        .parameter(#""coefficient_field": 32768"#, "parameters.coefficient_field: 32768 is not a prime"),
        .parameter(#""coefficient_field": -3"#, "parameters.coefficient_field: -3 is not a prime"),
        .parameter(#""precision": "float16""#, #"parameters.precision: unknown precision "float16""#),
        .parameter(
            #""representatives": 1"#, "parameters.representatives is a number, expected true or false"),
        .parameter(#""timeout_ms": 0"#, "parameters.timeout_ms is 0, at least 1 is needed"),
        .parameter(#""async": "yes""#, "parameters.async is a string, expected true or false"),
        Case(#"{"parameters": 3}"#, "parameters is a number, expected an object"),
        Case(#"{"job_options": {"async": 0}}"#, "job_options.async is a number, expected true or false"),
    ]

    @Test(arguments: cases)
    func namesThePlace(_ bad: Case) async throws {
        let daemon = FakeCompute()
        try await withGateway(daemon) { client in
            for path in [computePath, "/api/v1/tda/estimate"] {
                let response = try await client.post(path, bad.body)
                #expect(response.status == .badRequest)
                let json = try response.json
                #expect(json["error"]["code"] == "VALIDATION_ERROR")
                let message = try #require(json["error"]["message"].text)
                #expect(message.contains(bad.message))
            }
        }
        #expect(daemon.requests.isEmpty)
    }

    @Test func namesInvalidUTF8() async throws {
        try await withGateway { client in
            let body = Array(#"{"file_id": ""#.utf8) + [0xFF, 0xFE] + Array(#""}"#.utf8)
            let response = try await client.execute(uri: computePath, method: .post, body: .init(bytes: body))
            #expect(response.status == .badRequest)
            #expect(try response.json["error"]["message"].text?.contains("not valid UTF-8") == true)
        }
    }
}
