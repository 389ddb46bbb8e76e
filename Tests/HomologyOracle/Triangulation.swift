/// A simplicial complex given by its greatest simplices.
public struct Triangulation: Sendable {
    public var count: Int
    public var facets: [[Int]]

    public init(count: Int, facets: [[Int]]) {
        self.count = count
        self.facets = facets.map { $0.sorted() }
    }

    /// Pairs of vertices, each increasing.
    public var edges: Set<[Int]> {
        var edges: Set<[Int]> = []
        for facet in facets {
            for (place, b) in facet.enumerated() { for a in facet[..<place] { edges.insert([a, b]) } }
        }
        return edges
    }

    /// The barycentric subdivision: a vertex for each simplex, a facet for each flag of them. It is a
    /// flag complex, so its Vietoris–Rips complex is the triangulated space itself.
    public func subdivided() -> Triangulation {
        var numbers: [[Int]: Int] = [:]
        var flags: [[Int]] = []
        for facet in facets {
            for order in Self.orders(of: facet) {
                let flag = order.indices.map { last -> Int in
                    let simplex = order[...last].sorted()
                    if let known = numbers[simplex] { return known }
                    numbers[simplex] = numbers.count
                    return numbers.count - 1
                }
                flags.append(flag)
            }
        }
        return Triangulation(count: numbers.count, facets: flags)
    }

    private static func orders(of elements: [Int]) -> [[Int]] {
        guard elements.count > 1 else { return [elements] }
        return elements.indices.flatMap { first in
            var rest = elements
            let element = rest.remove(at: first)
            return orders(of: rest).map { [element] + $0 }
        }
    }
}

extension Triangulation {
    /// The real projective plane: its six-vertex triangulation, subdivided to make it flag. 31 vertices.
    public static let projectivePlane = Triangulation(
        count: 6,
        facets: [
            [0, 1, 2], [0, 2, 3], [0, 3, 4], [0, 4, 5], [0, 1, 5],
            [1, 2, 4], [2, 3, 5], [1, 3, 4], [2, 4, 5], [1, 3, 5],
        ]
    ).subdivided()

    /// A torus as a grid of 4 × 4 squares, each cut in two; flag as it stands. 16 vertices.
    public static let torus = quotientOfGrid(side: 4) { row, column in (row % 4, column % 4) }

    /// A Klein bottle as a grid of 5 × 5 squares, glued with a flip. 25 vertices.
    public static let kleinBottle = quotientOfGrid(side: 5) { row, column in
        row < 5 ? (row, column % 5) : (0, (10 - column) % 5)
    }

    private static func quotientOfGrid(
        side: Int, gluing: (_ row: Int, _ column: Int) -> (Int, Int)
    ) -> Triangulation {
        func vertex(_ row: Int, _ column: Int) -> Int {
            let (row, column) = gluing(row, column)
            return row * side + column
        }
        var facets: [[Int]] = []
        for row in 0..<side {
            for column in 0..<side {
                let (a, b) = (vertex(row, column), vertex(row, column + 1))
                let (c, d) = (vertex(row + 1, column), vertex(row + 1, column + 1))
                facets += [[a, b, d], [a, c, d]]
            }
        }
        return Triangulation(count: side * side, facets: facets)
    }
}
