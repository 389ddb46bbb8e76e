import Hummingbird
import Logging
import NIOCore

/// What travels with a request to its route.
struct GatewayContext: InitializableFromSource {
    let channel: any Channel
    let logger: Logger
    // Set by `RequestEnvelope`, before a route sees the request.
    var requestID = ""
    var connection: Connection?
    var client = ClientName.anybody
    /// What stands in the place of `{job_id}` or `{file_id}`.
    var captured = ""

    init(channel: any Channel, logger: Logger) {
        self.channel = channel
        self.logger = logger
    }

    init(source: ApplicationRequestContextSource) {
        self.init(channel: source.channel, logger: source.logger)
    }

    /// A logger whose lines tell which request they are about. Made where a line is due: most requests write none.
    var log: Logger {
        var log = logger
        log[metadataKey: "hb.request.id"] = nil
        log[metadataKey: "request_id"] = .string(requestID)
        return log
    }
}
