/// A flag complex written out: every simplex up to a dimension, in the order of the filtration.
struct FlagComplex {
    struct Simplex {
        /// Increasing.
        var vertices: [Int]
        /// The latest birth among its vertices and its edges.
        var diameter: Double

        var dimension: Int { vertices.count - 1 }
    }

    /// By diameter, then dimension, then vertices; so a face always stands before its cofaces.
    private(set) var simplices: [Simplex]
    /// Where each simplex stands.
    let position: [[Int]: Int]

    var highestDimension: Int { simplices.map(\.dimension).max() ?? 0 }

    init(_ table: LengthTable, upTo highest: Int) {
        var simplices = (0..<table.count).map { Simplex(vertices: [$0], diameter: table.births[$0]) }
        // Each simplex once: from the face that lacks its greatest vertex.
        var faces = simplices[...]
        for _ in 0..<highest where !faces.isEmpty {
            let start = simplices.count
            for face in faces {
                for vertex in 0..<table.count
                where face.vertices.allSatisfy({ $0 < vertex && table.joins($0, vertex) }) {
                    let lengths = face.vertices.map { table[$0, vertex] }
                    simplices.append(
                        Simplex(
                            vertices: face.vertices + [vertex],
                            diameter: lengths.reduce(max(face.diameter, table.births[vertex]), max)))
                }
            }
            faces = simplices[start...]
        }
        simplices.sort { a, b in
            if a.diameter != b.diameter { return a.diameter < b.diameter }
            if a.dimension != b.dimension { return a.dimension < b.dimension }
            return a.vertices.lexicographicallyPrecedes(b.vertices)
        }
        self.simplices = simplices
        position = Dictionary(uniqueKeysWithValues: simplices.enumerated().map { ($1.vertices, $0) })
    }

    /// The faces of `simplex`, each without one vertex, with alternating signs.
    func boundary(of simplex: Simplex, modulus: Int) -> Echelon.Vector {
        guard simplex.dimension > 0 else { return [] }
        let faces = simplex.vertices.indices.map { left in
            var face = simplex.vertices
            face.remove(at: left)
            return (row: position[face]!, coefficient: left.isMultiple(of: 2) ? 1 : modulus - 1)
        }
        return faces.sorted { $0.row < $1.row }
    }
}
