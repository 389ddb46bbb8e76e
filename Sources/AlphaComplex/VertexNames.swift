import Delaunay

/// The input's indices of vertices: of points that coincide the first.
struct VertexNames: Sendable {
    private let names: [Int32]

    /// - Parameter distinct: how many points differ from each other.
    init(_ sites: borrowing Sites, distinct: Int) {
        var names: [Int32] = []
        names.reserveCapacity(sites.count)
        for vertex in 0..<Int32(sites.count) { names.append(sites.index(of: vertex)) }
        if distinct < sites.count {
            let (points, stride) = (sites.coordinates, sites.stride)
            let isInSpace = sites.dimension == 3
            var first: [SIMD3<Double>: Int32] = [:]
            func position(_ vertex: Int) -> SIMD3<Double> {
                let p = points + stride * vertex
                return SIMD3(p[0], p[1], isInSpace ? p[2] : 0)
            }
            for vertex in names.indices {
                first[position(vertex)] = min(first[position(vertex)] ?? .max, names[vertex])
            }
            for vertex in names.indices { names[vertex] = first[position(vertex)] ?? names[vertex] }
        }
        self.names = names
    }

    subscript(vertex: Int32) -> Int32 { names[Int(vertex)] }
}
