import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// What travels with a request to its route.
struct GatewayContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel
    // Set by `RequestEnvelope`, before a route sees the request.
    var requestID = ""
    var connection: Connection?
    var client = ClientName.anybody
    /// What stands in the place of `{job_id}` or `{file_id}`.
    var captured = ""

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    /// A logger whose lines tell which request they are about. Made where a line is due: most requests write none.
    var log: Logger {
        var log = logger
        log[metadataKey: "hb.request.id"] = nil
        log[metadataKey: "request_id"] = .string(requestID)
        return log
    }
}
