import HTTPTypes
import Hummingbird
import Logging
import Messages
import NIOCore
import NIOHTTP1
import Vocabulary

/// The way of every request to its route and back: gives it its id, lets it in or not, turns every error into a
/// problem response, counts and logs.
struct RequestEnvelope: HTTPResponder {
    let connections: Connections
    let metrics: GatewayMetrics
    let routes: RoutingTable
    let crossOrigin: CrossOrigin?
    let tokens: TokenCheck
    let rateLimit: RateLimit?

    func respond(to request: Request, context: GatewayContext) async -> Response {
        let start = ContinuousClock.now
        metrics.requestStarted()
        var context = context
        context.requestID = Self.requestID(of: request)
        context.connection = connections[context.channel]

        let found = routes.find(request.uri.path)
        var response: Response
        do {
            response = try await answer(request, found, &context)
        } catch {
            response = Self.problem(for: error, context).response(requestID: context.requestID)
        }
        // An error has no body either there: the client would take it for the next answer's head.
        if request.method == .head { response = response.createHeadResponse() }
        response.headers[.xRequestID] = context.requestID
        // Pages may read what went wrong too.
        crossOrigin?.mark(&response, to: request)

        let elapsed = ContinuousClock.now - start
        // What is answered to nobody is neither a success nor a failure of ours.
        let status = context.connection?.isClosed == true ? .clientClosedRequest : response.status
        metrics.requestEnded(
            method: request.method.rawValue, route: found?.place.path ?? "unknown", status: status.code,
            elapsed: elapsed)
        log(request, status, elapsed, context)
        return response
    }

    private func answer(
        _ request: Request, _ found: (place: RoutingTable.Place, captured: String)?,
        _ context: inout GatewayContext
    ) async throws -> Response {
        if let answer = crossOrigin?.answer(to: request) { return answer }
        context.client = try await tokens.client(of: request)
        try rateLimit?.check(request, of: context.client)
        guard let (place, captured) = found else {
            throw Problem(.notFound, "there is no \(request.method) \(request.uri.path)")
        }
        guard let handler = place.handler(for: request.method) else {
            return try Self.answer(toMethodOf: request, place)
        }
        context.captured = captured
        return try await CompressResponses.apply(to: try await handler(request, context), for: request)
    }

    /// What a request is told whose path has no route for its method: those that there are.
    private static func answer(
        toMethodOf request: Request, _ place: RoutingTable.Place
    ) throws(Problem) -> Response {
        let names = place.methods.map(\.rawValue).joined(separator: ", ")
        guard request.method != .options else {
            return Response(status: .noContent, headers: [.allow: names])
        }
        var problem = Problem(
            .methodNotAllowed, "\(request.uri.path) takes \(names), not \(request.method)")
        problem.allowedMethods = place.methods
        throw problem
    }

    private func log(
        _ request: Request, _ status: HTTPResponse.Status, _ elapsed: Duration, _ context: GatewayContext
    ) {
        let traceParent = request.traceParent
        let level = Self.logLevel(of: status, isTraced: traceParent?.isSampled == true)
        guard context.logger.logLevel <= level else { return }
        var log = context.log
        if let traceParent { log[metadataKey: "traceparent"] = .string(traceParent.text) }
        log.log(
            level: level, "\(request.method) \(request.uri.path) \(status.code)",
            metadata: ["ms": "\((elapsed / .microseconds(1)).rounded() / 1000)"])
    }

    /// What went well is not worth a line each, unless somebody records it.
    private static func logLevel(of status: HTTPResponse.Status, isTraced: Bool) -> Logger.Level {
        switch status.code {
        case 500...: .warning
        case HTTPResponse.Status.clientClosedRequest.code: .debug
        case 400...: .info
        default: isTraced ? .info : .debug
        }
    }

    /// The client's id if it can be echoed safely, else a new one.
    private static func requestID(of request: Request) -> String {
        if let given = request.headers.first(.xRequestID), (1...128).contains(given.utf8.count),
            given.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        {
            return given
        }
        return RandomID.make()
    }

    private static func problem(for error: any Error, _ context: GatewayContext) -> Problem {
        switch error {
        case let problem as Problem: return problem
        case is ClientLeft: return Problem(.unavailable, "the client has left")
        case let error as HTTPParserError: return Problem(error)
        case is ClientTooSlow:
            return Problem(.requestTimeout, "the body comes too slowly", closesConnection: true)
        case let error as any HTTPResponseError where error.status == .contentTooLarge:
            return Problem(.payloadTooLarge, "the body is too large", closesConnection: true)
        case let error as any HTTPResponseError where error.status == .badRequest:
            return .invalid("the request cannot be read")
        default:
            context.log.error("unexpected error", metadata: ["error": "\(error)"])
            return Problem(.internal, "something went wrong here; the log has more under this request id")
        }
    }
}

extension HTTPResponse.Status {
    /// As nginx counts clients that leave before they are answered; never sent.
    fileprivate static let clientClosedRequest = Self(code: 499, reasonPhrase: "Client Closed Request")
}

extension HTTPField.Name {
    static let xRequestID = HTTPField.Name("X-Request-Id")!
}
