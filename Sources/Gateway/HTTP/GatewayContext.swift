import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// What travels with a request from the first middleware to its route.
struct GatewayContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel
    /// Set by `RequestEnvelope`, before anything else sees the request.
    var requestID = ""
    var connection: Connection?
    /// Set by `TokenCheck`.
    var client = ClientName.anybody

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
