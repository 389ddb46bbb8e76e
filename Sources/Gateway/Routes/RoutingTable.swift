import HTTPTypes

/// The routes by their paths.
struct RoutingTable: Sendable {
    /// What is under one path.
    struct Place: Sendable {
        /// As the description writes it.
        let path: String
        private let routes: [Route]

        fileprivate init(_ path: String, _ routes: [Route]) {
            self.path = path
            self.routes = routes
        }

        /// HEAD is answered like GET; the body is left out later.
        func handler(for method: HTTPRequest.Method) -> Route.Handler? {
            let method = method == .head ? .get : method
            return routes.first { $0.operation.method == method }?.handler
        }

        fileprivate func isShort(_ method: HTTPRequest.Method) -> Bool {
            routes.contains { $0.isShort && $0.operation.method == method }
        }

        /// The methods that it takes, sorted.
        var methods: [HTTPRequest.Method] {
            let own = Set(routes.map(\.operation.method))
            let all = own.union(own.contains(.get) ? [.head, .options] : [.options])
            return all.sorted { $0.rawValue < $1.rawValue }
        }
    }

    /// Those that are spelled out.
    private var places: [String: Place] = [:]
    /// Those in which one segment is any text.
    private var patterns: [(segments: [Substring], place: Place)] = []

    init(_ routes: [Route]) {
        for (path, routes) in Dictionary(grouping: routes, by: \.operation.path) {
            let place = Place(path, routes)
            if path.contains("{") {
                patterns.append((path.split(separator: "/"), place))
            } else {
                places[path] = place
            }
        }
    }

    /// Whether requests at `target`, a path with or without a query, are for a short route.
    func isShort(_ method: HTTPRequest.Method, at target: String) -> Bool {
        let path = target.utf8.firstIndex(of: UInt8(ascii: "?")).map { String(target[..<$0]) } ?? target
        return places[path]?.isShort(method) ?? false
    }

    /// What stands under `path`, and the text of the segment that may be any. Slashes too many do not matter.
    func find(_ path: String) -> (place: Place, captured: String)? {
        if let place = places[path] { return (place, "") }
        let segments = path.split(separator: "/")
        if let place = places["/" + segments.joined(separator: "/")] { return (place, "") }
        for (pattern, place) in patterns where pattern.count == segments.count {
            var captured: Substring = ""
            let fits = zip(pattern, segments).allSatisfy { expected, segment in
                guard expected.hasPrefix("{") else { return expected == segment }
                captured = segment
                return true
            }
            if fits { return (place, String(captured)) }
        }
        return nil
    }
}
