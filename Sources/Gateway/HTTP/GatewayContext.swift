import HTTPTypes
import Hummingbird
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
}
