// Every setting of every program. They share one environment and may share one file, so that each
// program must know the others' names to tell a foreign setting from a misspelt one.

extension Variable {
    // All programs.
    public static let socket = Variable(
        "TDA_SOCKET", "path",
        "The daemon's Unix socket; by default /run/tda.sock, or $XDG_RUNTIME_DIR/tda.sock where /run is not "
            + "writable.")
    public static let config = Variable(
        "TDA_CONFIG", "file",
        "A file of NAME=VALUE lines with the names in brackets here; flags and environment win over it.")
    public static let logLevel = Variable("LOG_LEVEL", "level", "How much is logged.")
    public static let logFormat = Variable(
        "LOG_FORMAT", "format", "How a record of the log is written: a line of text, or of JSON.")

    // tdad.
    public static let threads = Variable(
        "TDA_THREADS", "n", "Worker threads, each pinned to a core; as many as there are cores by default.")
    public static let smt = Variable(
        "TDA_SMT", "on|off", "Whether a core with several hardware threads gets a worker for each of them.")
    public static let memoryLimit = Variable(
        "TDA_MEMORY_LIMIT", "bytes",
        "What computations may hold together, e.g. 8G; most of the free memory by default.")
    public static let queue = Variable("TDA_QUEUE", "n", "How many computations may wait.")
    public static let openCL = Variable(
        "TDA_OPENCL", "auto|off|device",
        "Which OpenCL device computes distances and looks at edges: any that is measured to be worth it, "
            + "none, or one by its number or a part of its name.")
    public static let calibration = Variable(
        "TDA_CALIBRATION", "file|off",
        "Where it is kept what each way of computing takes on this machine; by default in the cache folder. "
            + "off: nothing is measured, and the vector kernels compute everything.")
    public static let grace = Variable(
        "TDA_GRACE", "seconds", "How long running computations may take to end when the daemon stops.")

    // tda-gateway and tda-bridge.
    public static let httpHost = Variable("TDA_HTTP_HOST", "address", "The address to listen on.")
    public static let httpPort = Variable("TDA_HTTP_PORT", "port", "The port to listen on.")
    public static let apiTokens = Variable(
        "TDA_API_TOKENS", "tokens",
        "The bearer tokens that are let in, separated by commas; without any only loopback is served.")
    public static let apiTokensFile = Variable(
        "TDA_API_TOKENS_FILE", "file", "A file of bearer tokens, one a line.")
    public static let jwtKeysFile = Variable(
        "TDA_JWT_KEYS_FILE", "file",
        "What JSON Web Tokens are signed by: a JSON Web Key Set, a public key or certificate in PEM, or a secret "
            + "for HS256; with it such tokens are let in too.")
    public static let jwtIssuer = Variable(
        "TDA_JWT_ISSUER", "name", "Whose JSON Web Tokens are let in: their claim iss.")
    public static let jwtAudience = Variable(
        "TDA_JWT_AUDIENCE", "name", "Whom JSON Web Tokens must be for: their claim aud.")
    public static let tlsCertificate = Variable(
        "TDA_TLS_CERTIFICATE", "file",
        "The server's certificate in PEM, with those that lead to its root; with it HTTPS is served.")
    public static let tlsKey = Variable("TDA_TLS_KEY", "file", "The certificate's private key in PEM.")
    public static let corsOrigins = Variable(
        "TDA_CORS_ORIGINS", "origins",
        "The sites whose pages may use the API from a browser, separated by commas; * is any.")
    public static let rateLimit = Variable(
        "TDA_RATE_LIMIT", "n", "Requests a second that each token is good for; any number if not set.")
    public static let rateBurst = Variable(
        "TDA_RATE_BURST", "n", "Requests at once that each token is good for, where there is a rate limit.")
    public static let maxConnections = Variable(
        "TDA_MAX_CONNECTIONS", "n", "How many connections are held at a time; others wait.")
    public static let bodyMemory = Variable(
        "TDA_BODY_MEMORY", "bytes",
        "What the request bodies that are held at a time may take together, uploads aside: 256M by default, or "
            + "twice the largest body.")
    public static let dataDirectory = Variable(
        "TDA_DATA_DIR", "directory", "Where the store and the uploads are kept.")
    public static let syncLimit = Variable(
        "TDA_SYNC_LIMIT_MS", "ms", "A computation expected to take one thread longer than this becomes a job."
    )
    public static let maxBodyBytes = Variable(
        "TDA_MAX_BODY_BYTES", "bytes", "The largest request body that is taken, uploads aside, e.g. 64M.")
    public static let resultTTL = Variable(
        "TDA_RESULT_TTL", "seconds", "How long jobs and their results are kept once they have ended.")
    public static let jobAttempts = Variable(
        "TDA_JOB_ATTEMPTS", "n", "How often a job is begun whose gateway or daemon dies each time.")
    public static let jobLease = Variable(
        "TDA_JOB_LEASE", "seconds",
        "How long a gateway may be silent before another one on the same database takes its jobs over.")
    public static let cacheBytes = Variable(
        "TDA_CACHE_BYTES", "bytes", "What results kept in memory for equal requests may take, e.g. 256M.")
    public static let maxUploadBytes = Variable(
        "TDA_MAX_UPLOAD_BYTES", "bytes", "The largest upload that is taken, e.g. 256M.")
    public static let databaseURL = Variable(
        "DATABASE_URL", "url", "The store: sqlite:///relative, sqlite:////absolute or postgresql://….")
    public static let redisURL = Variable(
        "REDIS_URL", "url", "Where results are cached; in memory if not set.")
    public static let kafkaBootstrapServers = Variable(
        "KAFKA_BOOTSTRAP_SERVERS", "servers", "The Kafka brokers, host:port separated by commas.")
    public static let kafkaJobsTopic = Variable(
        "KAFKA_JOBS_TOPIC", "topic", "Where the states of jobs are told.")
    public static let kafkaResultsTopic = Variable(
        "KAFKA_RESULTS_TOPIC", "topic", "Where results are told.")
    public static let kafkaEventsTopic = Variable(
        "KAFKA_EVENTS_TOPIC", "topic", "Where the events of streams come from.")
    public static let outboxTTL = Variable(
        "TDA_OUTBOX_TTL", "seconds", "How long a message waits for Kafka before it is dropped.")
    public static let schemaRegistryURL = Variable(
        "SCHEMA_REGISTRY_URL", "url", "The schema registry.")
    public static let environment = Variable("ENVIRONMENT", "name", "What kind of installation this is.")

    /// The settings that every program has.
    public static let common: [Variable] = [.socket, .config, .logLevel, .logFormat]

    static let all: [Variable] =
        common + [
            .threads, .smt, .memoryLimit, .queue, .openCL, .calibration, .grace,
            .httpHost, .httpPort, .apiTokens, .apiTokensFile, .jwtKeysFile, .jwtIssuer, .jwtAudience,
            .tlsCertificate, .tlsKey, .corsOrigins,
            .rateLimit, .rateBurst, .maxConnections, .bodyMemory, .dataDirectory, .syncLimit, .maxBodyBytes,
            .resultTTL, .jobAttempts, .jobLease, .outboxTTL, .cacheBytes, .maxUploadBytes,
            .databaseURL, .redisURL, .kafkaBootstrapServers, .kafkaJobsTopic, .kafkaResultsTopic,
            .kafkaEventsTopic, .schemaRegistryURL, .environment,
        ] + bridge

    /// Names with our prefix that are no settings: the build and the tests read them.
    static let otherNames: Set<String> = ["TDA_WARNINGS_AS_ERRORS", "TDA_ISA"]
}
