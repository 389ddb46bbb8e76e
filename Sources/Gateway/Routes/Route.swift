import HTTPTypes
import Hummingbird

/// An operation and what answers it. The router and `/openapi.json` are both made of these, so that neither knows
/// a route that the other does not.
struct Route: Sendable {
    typealias Handler = @Sendable (Request, GatewayContext) async throws -> Response

    let operation: Operation
    let handler: Handler

    /// - Parameter isShort: whether a request never keeps its thread for longer than some tens of microseconds, or
    ///   leaves the event loop itself where it does. Others are handled on Swift's pool.
    init(_ operation: Operation, isShort: Bool = false, _ handler: @escaping Handler) {
        self.operation = operation
        guard !isShort else {
            self.handler = handler
            return
        }
        self.handler = { request, context in try await offTheLoop { try await handler(request, context) } }
    }

    func add(to router: Router<GatewayContext>) {
        router.on(RouterPath(operation.path), method: operation.method, use: handler)
    }
}

/// The root of what clients rely on.
let apiRoot = "/api/v1"

/// Which methods a path takes: what a request for another one is told.
struct AllowedMethods: Sendable {
    private let paths: [(segments: [Substring], methods: [HTTPRequest.Method])]

    init(_ routes: [Route]) {
        paths = Dictionary(grouping: routes, by: \.operation.path).map { path, routes in
            let methods = Set(routes.map(\.operation.method))
            let all = methods.union(methods.contains(.get) ? [.head, .options] : [.options])
            return (path.split(separator: "/"), all.sorted { $0.rawValue < $1.rawValue })
        }
    }

    /// Empty where there is nothing under `path`.
    func callAsFunction(_ path: String) -> [HTTPRequest.Method] {
        let segments = path.split(separator: "/")
        // What is spelled out comes before what any text may stand for.
        let found = paths.filter { Self.matches(segments, $0.segments) }
            .min { Self.captures($0.segments) < Self.captures($1.segments) }
        return found?.methods ?? []
    }

    private static func matches(_ segments: [Substring], _ pattern: [Substring]) -> Bool {
        segments.count == pattern.count
            && zip(segments, pattern).allSatisfy { $0 == $1 || $1.hasPrefix("{") }
    }

    private static func captures(_ pattern: [Substring]) -> Int { pattern.count { $0.hasPrefix("{") } }
}
