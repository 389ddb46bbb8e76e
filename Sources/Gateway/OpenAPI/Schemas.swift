extension Schema {
    /// The named schemas of `/openapi.json`, each as JSON Schema.
    static let components: [(name: String, schema: Schema)] = [
        ("VietorisRipsRequest", vietorisRipsRequest), ("VietorisRipsParameters", vietorisRipsParameters),
        ("AlphaComplexRequest", alphaComplexRequest), ("AlphaComplexParameters", alphaComplexParameters),
        ("EstimateRequest", estimateRequest),
        ("JobOptions", jobOptions), ("PointCloud", pointCloud), ("DistanceMatrix", distanceMatrix),
        ("Job", job), ("JobStatus", jobStatus), ("JobState", jobState), ("JobList", jobList),
        ("JobEvent", jobEvent),
        ("Accepted", accepted), ("Results", results), ("PersistencePair", persistencePair),
        ("Estimate", estimate), ("Upload", upload), ("UploadList", uploadList), ("UploadForm", uploadForm),
        ("Publication", publication), ("StreamEvent", streamEvent),
        ("PublicationOptions", publicationOptions), ("Published", published),
        ("Health", health), ("Liveness", liveness), ("Problem", problem),
    ]

    // MARK: What is sent

    private static let pointCloud: Schema = """
        {"type": "object", "required": ["points"], "additionalProperties": false, "properties": {
          "points": {"type": "array", "minItems": 1, "description": "Rows of equal length.",
            "items": {"type": "array", "minItems": 1, "items": {"type": "number"}}},
          "dimension": {"type": "integer", "minimum": 1, "description": "The length of the rows."}}}
        """

    private static let distanceMatrix: Schema = """
        {"type": "object", "additionalProperties": false, "minProperties": 1, "maxProperties": 1, "properties": {
          "values": {"type": "array", "minItems": 1, "description": "The full square.",
            "items": {"type": "array", "items": {"type": "number", "minimum": 0}}},
          "lower": {"type": "array", "description": "The rows below the diagonal, end to end.",
            "items": {"type": "number", "minimum": 0}}}}
        """

    private static let vietorisRipsParameters: Schema = """
        {"type": "object", "additionalProperties": false, "properties": {
          "max_edge_length": {"type": "number", "minimum": 0,
            "description": "Longest edge of the filtration; the enclosing radius by default."},
          "max_dimension": {"type": "integer", "minimum": 0, "default": 1,
            "description": "Highest dimension of homology."},
          "num_threads": {"type": "integer", "minimum": 1,
            "description": "At most so many; the daemon's number by default."},
          "metric": {"enum": ["euclidean", "sqeuclidean", "manhattan", "chebyshev", "cosine", "correlation",
            "hamming", "minkowski"], "default": "euclidean"},
          "p": {"type": "number", "minimum": 1, "description": "Of the Minkowski metric."},
          "coefficient_field": {"type": "integer", "minimum": 2, "default": 2, "description": "A prime."},
          "precision": {"enum": ["float32", "float64"], "default": "float32"},
          "representatives": {"type": "boolean", "default": false},
          "weights": {"oneOf": [{"enum": ["DTM"]}, {"type": "array", "items": {"type": "number"}}],
            "description": "Of the points: a distance to measure, or a number for each."},
          "weight_params": {"type": "object", "additionalProperties": false, "properties": {
            "p": {"enum": [1, 2, "infinity"]}, "r": {"type": "number"}, "n_neighbors": {"type": "integer"}}},
          "subsample": {"type": "integer", "minimum": 1, "description": "Compute on so many of the points."},
          "timeout_ms": {"type": "integer", "minimum": 1},
          "async": {"type": "boolean", "description": "As in job_options."}}}
        """

    private static let jobOptions: Schema = """
        {"type": "object", "additionalProperties": false, "properties": {
          "async": {"type": "boolean", "default": false, "description": "Make a job of it in any case."},
          "cache_results": {"type": "boolean", "default": true,
            "description": "Take the results of an equal request, and keep these for the next one."},
          "notify_completion": {"type": "boolean", "default": true}}}
        """

    private static let vietorisRipsRequest: Schema = """
        {"type": "object", "additionalProperties": false,
          "description": "Exactly one of point_cloud, distance_matrix and file_id, and how to compute.",
          "oneOf": [{"required": ["point_cloud"]}, {"required": ["distance_matrix"]}, {"required": ["file_id"]}],
          "properties": {
            "point_cloud": {"$ref": "#/components/schemas/PointCloud"},
            "distance_matrix": {"$ref": "#/components/schemas/DistanceMatrix"},
            "file_id": {"type": "string"},
            "algorithm": {"enum": ["vietoris_rips"]},
            "parameters": {"$ref": "#/components/schemas/VietorisRipsParameters"},
            "job_options": {"$ref": "#/components/schemas/JobOptions"}}}
        """

    private static let alphaComplexParameters: Schema = """
        {"type": "object", "additionalProperties": false, "properties": {
          "max_alpha_value": {"oneOf": [{"type": "number", "minimum": 0}, {"enum": ["infinity"]}],
            "default": "infinity", "description": "A radius, not its square: simplices up to it."},
          "max_dimension": {"type": "integer", "minimum": 0,
            "description": "Highest dimension of homology; one below the points' by default."},
          "num_threads": {"type": "integer", "minimum": 1,
            "description": "At most so many; the daemon's number by default."},
          "metric": {"enum": ["euclidean"], "default": "euclidean"},
          "coefficient_field": {"type": "integer", "minimum": 2, "default": 2, "description": "A prime."},
          "precision": {"enum": ["float32", "float64"], "description": "float64 in any case."},
          "representatives": {"type": "boolean", "default": false, "description": "A cycle for each bar."},
          "timeout_ms": {"type": "integer", "minimum": 1},
          "async": {"type": "boolean", "description": "As in job_options."}}}
        """

    private static let alphaComplexRequest: Schema = """
        {"type": "object", "additionalProperties": false,
          "description": "Points of two or three coordinates, as point_cloud or file_id, and how to compute.",
          "oneOf": [{"required": ["point_cloud"]}, {"required": ["file_id"]}],
          "properties": {
            "point_cloud": {"$ref": "#/components/schemas/PointCloud"},
            "file_id": {"type": "string"},
            "algorithm": {"enum": ["alpha_complex"]},
            "parameters": {"$ref": "#/components/schemas/AlphaComplexParameters"},
            "job_options": {"$ref": "#/components/schemas/JobOptions"}}}
        """

    private static let estimateRequest: Schema = """
        {"description": "The body of a compute request; of an alpha complex with its algorithm or max_alpha_value.",
          "anyOf": [{"$ref": "#/components/schemas/VietorisRipsRequest"},
            {"$ref": "#/components/schemas/AlphaComplexRequest"}]}
        """

    private static let uploadForm: Schema = """
        {"type": "object", "required": ["file"], "properties": {
          "file": {"type": "string", "format": "binary", "description": "csv, json, npy or txt."},
          "metadata": {"type": "string", "contentMediaType": "application/json",
            "description": "A JSON object: name, description, dimension, format."}}}
        """

    private static let publication: Schema = """
        {"type": "object", "required": ["topic"], "oneOf": [{"required": ["event"]}, {"required": ["events"]}],
          "properties": {
            "topic": {"type": "string"},
            "event": {"$ref": "#/components/schemas/StreamEvent"},
            "events": {"type": "array", "minItems": 1, "maxItems": 10000,
              "items": {"$ref": "#/components/schemas/StreamEvent"}},
            "options": {"$ref": "#/components/schemas/PublicationOptions"}}}
        """

    private static let streamEvent: Schema = """
        {"type": "object", "required": ["type", "data"], "properties": {
          "type": {"type": "string"}, "data": {"type": "object"},
          "options": {"$ref": "#/components/schemas/PublicationOptions"}}}
        """

    private static let publicationOptions: Schema = """
        {"type": "object", "description": "The key of an event's record is its stream's id if not given.",
          "properties": {"partition_key": {"type": "string"}}}
        """

    // MARK: What is answered

    private static let published: Schema = """
        {"type": "object", "required": ["topic", "status"],
          "oneOf": [{"required": ["message_id"]}, {"required": ["message_ids", "count"]}], "properties": {
            "message_id": {"type": "string"}, "topic": {"type": "string"}, "status": {"const": "accepted"},
            "message_ids": {"type": "array", "items": {"type": "string"},
              "description": "One for each of several events, in their order."},
            "count": {"type": "integer"}}}
        """

    private static let jobStatus: Schema =
        #"{"enum": ["submitted", "running", "completed", "failed", "cancelled"]}"#

    private static let jobState: Schema = """
        {"type": "object", "required": ["job_id", "status"], "properties": {
          "job_id": {"type": "string"}, "status": {"$ref": "#/components/schemas/JobStatus"}}}
        """

    private static let job: Schema = """
        {"type": "object", "required": ["job_id", "algorithm", "status", "created_at", "input_data", "parameters"],
          "properties": {
            "job_id": {"type": "string"},
            "algorithm": {"type": "string"},
            "status": {"$ref": "#/components/schemas/JobStatus"},
            "progress": {"type": "number", "minimum": 0, "maximum": 1},
            "created_at": {"type": "string", "format": "date-time"},
            "started_at": {"type": ["string", "null"], "format": "date-time"},
            "completed_at": {"type": ["string", "null"], "format": "date-time"},
            "computation_time_ms": {"type": "number", "minimum": 0},
            "input_data": {"type": "object", "properties": {
              "num_points": {"type": ["integer", "null"]}, "dimension": {"type": ["integer", "null"]},
              "file_id": {"type": ["string", "null"]}}},
            "parameters": {"type": "object", "description": "As they were used."},
            "results": {"$ref": "#/components/schemas/Results"},
            "error": {"type": "object", "required": ["code", "message"], "properties": {
              "code": {"type": "string"}, "message": {"type": "string"}}}}}
        """

    /// An event as its fields; `data` is JSON text.
    private static let jobEvent: Schema = """
        {"type": "object", "required": ["id", "event", "data"], "properties": {
          "id": {"type": "string"}, "event": {"enum": ["progress", "completed", "failed", "cancelled"]},
          "data": {"type": "string", "contentMediaType": "application/json"}}}
        """

    private static let jobList: Schema = """
        {"type": "object", "required": ["jobs", "next_cursor"], "properties": {
          "jobs": {"type": "array", "items": {"$ref": "#/components/schemas/Job"}},
          "next_cursor": {"type": ["string", "null"], "description": "Of the next page; null on the last."}}}
        """

    private static let accepted: Schema = """
        {"type": "object", "required": ["job_id", "status", "status_url", "estimated_completion"], "properties": {
          "job_id": {"type": "string"}, "status": {"$ref": "#/components/schemas/JobStatus"},
          "status_url": {"type": "string"},
          "estimated_completion": {"type": "string", "format": "date-time"}}}
        """

    private static let persistencePair: Schema = """
        {"type": "object", "required": ["dimension", "birth", "death", "persistence"], "properties": {
          "dimension": {"type": "integer", "minimum": 0},
          "birth": {"type": "number"},
          "death": {"oneOf": [{"type": "number"}, {"const": "infinity"}]},
          "persistence": {"oneOf": [{"type": "number"}, {"const": "infinity"}]},
          "representative": {"type": "object"}}}
        """

    private static let results: Schema = """
        {"type": "object", "required": ["persistence_pairs", "betti_numbers", "statistics"], "properties": {
          "persistence_pairs": {"type": "array", "items": {"$ref": "#/components/schemas/PersistencePair"}},
          "betti_numbers": {"type": "object", "additionalProperties": {"type": "integer", "minimum": 0},
            "description": "beta_0, beta_1, …: the essential classes of each dimension."},
          "alpha_shape": {"type": "object", "description": "Of an alpha complex: its simplices at the threshold.",
            "additionalProperties": {"type": "integer", "minimum": 0}},
          "statistics": {"type": "object", "properties": {
            "computation_time_ms": {"type": "number"}, "memory_peak_mb": {"type": "number"},
            "num_points": {"type": "integer"}, "num_edges": {"type": "integer"},
            "num_threads": {"type": "integer"}, "backend": {"type": "string"},
            "phases": {"type": "object", "additionalProperties": {"type": "number"}}}},
          "cached": {"type": "boolean"}}}
        """

    private static let estimate: Schema = """
        {"type": "object", "required": ["estimated_time_ms", "estimated_memory_mb", "mode", "admissible"],
          "properties": {
            "estimated_time_ms": {"type": "number", "minimum": 0},
            "estimated_memory_mb": {"type": "number", "minimum": 0},
            "mode": {"enum": ["sync", "async"]},
            "admissible": {"type": "boolean", "description": "Whether it is within the memory budget."}}}
        """

    private static let upload: Schema = """
        {"type": "object", "required": ["file_id", "name", "format", "dimension", "num_points", "size_bytes",
          "status", "validation"], "properties": {
            "file_id": {"type": "string"}, "name": {"type": "string"},
            "description": {"type": ["string", "null"]},
            "format": {"enum": ["csv", "json", "npy", "txt"]},
            "dimension": {"type": "integer"}, "num_points": {"type": "integer"},
            "size_bytes": {"type": "integer"}, "status": {"const": "processed"},
            "validation": {"type": "object", "required": ["is_valid", "errors"], "properties": {
              "is_valid": {"type": "boolean"}, "errors": {"type": "array"}}}}}
        """

    private static let uploadList: Schema = """
        {"type": "object", "required": ["files"], "properties": {
          "files": {"type": "array", "items": {"$ref": "#/components/schemas/Upload"}}}}
        """

    private static let health: Schema = """
        {"type": "object", "required": ["status", "version", "components"], "properties": {
          "status": {"enum": ["healthy", "unhealthy"]}, "version": {"type": "string"},
          "components": {"type": "object", "required": ["daemon", "store", "cache"]}}}
        """

    private static let liveness: Schema =
        #"{"type": "object", "required": ["status"], "properties": {"status": {"const": "alive"}}}"#

    private static let problem: Schema = """
        {"type": "object", "required": ["type", "title", "status", "detail", "error"],
          "description": "RFC 9457, with a code for programs.", "properties": {
            "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
            "detail": {"type": "string"}, "request_id": {"type": "string"},
            "error": {"type": "object", "required": ["code", "message", "details"], "properties": {
              "code": {"type": "string"}, "message": {"type": "string"}, "details": {"type": "object"}}}}}
        """
}
