import HTTPTypes
import Hummingbird

/// An operation and what answers it. The router and `/openapi.json` are both made of these, so that neither knows
/// a route that the other does not.
struct Route: Sendable {
    typealias Handler = @Sendable (Request, GatewayContext) async throws -> Response

    let operation: Operation
    let isShort: Bool
    let handler: Handler

    /// - Parameter isShort: whether a request never keeps its thread for longer than some tens of microseconds, or
    ///   leaves the event loop itself where it does. Others are handled on Swift's pool.
    init(_ operation: Operation, isShort: Bool = false, _ handler: @escaping Handler) {
        self.operation = operation
        self.isShort = isShort
        guard !isShort else {
            self.handler = handler
            return
        }
        self.handler = { request, context in try await offTheLoop { try await handler(request, context) } }
    }
}

/// The root of what clients rely on.
let apiRoot = "/api/v1"
