// The settings of tda-bridge beside those that it shares with the gateway.

extension Variable {
    public static let kafkaGroup = Variable(
        "KAFKA_GROUP_ID", "name", "The consumer group of all bridges that share the work.")
    public static let kafkaRequestsTopic = Variable(
        "KAFKA_REQUESTS_TOPIC", "topic", "Where requests for computations come from.")
    public static let kafkaPropertiesFile = Variable(
        "KAFKA_PROPERTIES_FILE", "file",
        "A file of name=value lines with librdkafka's properties. Variables such as KAFKA_SECURITY_PROTOCOL, "
            + "KAFKA_SASL_USERNAME and KAFKA_SSL_CA_LOCATION win over it.")
    public static let kafkaTransactions = Variable(
        "TDA_KAFKA_TRANSACTIONS", "auto|on|off",
        "Whether windows' results and offsets are committed in one transaction; auto: except with "
            + "tda-dev-broker.")
    public static let windowSeconds = Variable(
        "TDA_WINDOW_SECONDS", "seconds", "The length of windows in event time.")
    public static let windowSlide = Variable(
        "TDA_WINDOW_SLIDE_SECONDS", "seconds", "A window begins this often; as long as it is by default.")
    public static let windowCount = Variable(
        "TDA_WINDOW_COUNT", "n", "Windows of so many events, rather than of event time.")
    public static let windowCountStep = Variable(
        "TDA_WINDOW_COUNT_STEP", "n",
        "A count window ends every so many events; as many as it has by default.")
    public static let windowIdle = Variable(
        "TDA_WINDOW_IDLE_SECONDS", "seconds",
        "A stream without events for so long is quiet: its windows close.")
    public static let windowLateness = Variable(
        "TDA_WINDOW_LATENESS_SECONDS", "seconds", "How far events may come out of order.")
    public static let windowMaxDimension = Variable(
        "TDA_WINDOW_MAX_DIMENSION", "n", "The highest homology dimension of windows.")
    public static let windowMaxEdgeLength = Variable(
        "TDA_WINDOW_MAX_EDGE_LENGTH", "length", "The threshold of windows; the enclosing radius by default.")
    public static let windowStreamBytes = Variable(
        "TDA_WINDOW_STREAM_BYTES", "bytes",
        "What the events of one stream that wait may take; those beyond go to the dead letters.")
    public static let windowTotalBytes = Variable(
        "TDA_WINDOW_TOTAL_BYTES", "bytes",
        "What the events of all streams that wait may take; beyond, the oldest window of the heaviest stream "
            + "closes early.")
    public static let windowConcurrency = Variable(
        "TDA_WINDOW_CONCURRENCY", "n", "How many windows are asked of the daemon at a time.")
    public static let windowReuse = Variable(
        "TDA_WINDOW_REUSE_DISTANCES", "auto|on|off",
        "Whether overlapping windows share the distances that they have in common; auto: where that is less work."
    )
    public static let maxEventBytes = Variable(
        "TDA_MAX_EVENT_BYTES", "bytes", "The largest event that is taken.")
    public static let gatewayURL = Variable(
        "TDA_GATEWAY_URL", "url", "The gateway that runs the requests which come by Kafka.")
    public static let metricsHost = Variable("TDA_METRICS_HOST", "address", "The address of /metrics.")
    public static let metricsPort = Variable("TDA_METRICS_PORT", "port", "The port of /metrics.")

    static let bridge: [Variable] = [
        .kafkaGroup, .kafkaRequestsTopic, .kafkaPropertiesFile, .kafkaTransactions, .windowSeconds,
        .windowSlide,
        .windowCount, .windowCountStep, .windowIdle, .windowLateness, .windowMaxDimension,
        .windowMaxEdgeLength,
        .windowStreamBytes, .windowTotalBytes, .windowConcurrency, .windowReuse, .maxEventBytes, .gatewayURL,
        .metricsHost, .metricsPort,
    ]
}
