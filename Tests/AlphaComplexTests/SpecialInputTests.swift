import AlphaComplex
import Delaunay
import SeededRandom
import Testing
import Vocabulary

/// Inputs that break inexact programs, and what is known about them.
struct SpecialInputTests {
    @Test func fewPoints() throws {
        for dimension in [2, 3] {
            let one = try alpha([[Double](repeating: 3, count: dimension)])
            #expect(one.barcode.pairs == [PersistencePair(dimension: 0, birth: 0, death: .infinity)])
            #expect(one.alphaShape == AlphaShape(vertices: 1, edges: 0, triangles: 0, tetrahedra: 0))
            var far = [Double](repeating: 3, count: dimension)
            far[1] = 7
            let two = try alpha([[Double](repeating: 3, count: dimension), far])
            #expect(two.barcode.pairs.map(\.death) == [2, .infinity])
        }
    }

    @Test func equalPointsAreOneVertex() throws {
        let same = try alpha([[Double]](repeating: [0.1, -0.0, 5], count: 100))
        #expect(same.barcode.pairs.count == 1)
        #expect(same.alphaShape?.vertices == 1)
        #expect(same.statistics.pointCount == 100)
        let signs = try alpha([[0.0, 1], [-0.0, 1], [1, 0]])
        #expect(signs.alphaShape?.vertices == 2)
    }

    /// The contract's example.
    @Test func triangle() throws {
        let result = try alpha([[0, 0], [1, 0], [0.5, 0.8]])
        #expect(result.alphaShape == AlphaShape(vertices: 3, edges: 3, triangles: 1, tetrahedra: 0))
        #expect(result.barcode.bettiNumbers == [1, 0])
    }

    /// In a grid of squares every cell is tied with its neighbours: a component for each point, a hole
    /// for each square, and nothing else.
    @Test(arguments: [1.0, 0.1, 1e-9, 12345.678]) func squares(step: Double) throws {
        let side = 12
        let result = try alpha(grid(side, dimension: 2, step: step))
        let bars = result.barcode.pairs.filter { !CechOracle.isEmpty($0) }
        #expect(bars.filter { $0.dimension == 0 }.count == side * side)
        let holes = bars.filter { $0.dimension == 1 }
        #expect(holes.count == (side - 1) * (side - 1))
        for hole in holes {
            #expect((hole.birth / step - 0.5).magnitude < 1e-12)
            #expect((hole.death / step - 0.5.squareRoot()).magnitude < 1e-12)
        }
    }

    /// The alpha shape of a grid at half the step are its closed edges; at half a square's diagonal its
    /// closed squares.
    @Test func shapeOfAGrid() throws {
        let edges = try alpha(grid(5, dimension: 2), maxAlphaValue: 0.5)
        #expect(edges.alphaShape == AlphaShape(vertices: 25, edges: 40, triangles: 0, tetrahedra: 0))
        #expect(edges.barcode.bettiNumbers == [1, 16])
        let squares = try alpha(grid(5, dimension: 2), maxAlphaValue: 0.5.squareRoot())
        #expect(squares.alphaShape == AlphaShape(vertices: 25, edges: 56, triangles: 32, tetrahedra: 0))
        #expect(squares.barcode.bettiNumbers == [1, 0])
        let space = try alpha(grid(4, dimension: 3), maxAlphaValue: 0.5)
        #expect(space.alphaShape == AlphaShape(vertices: 64, edges: 144, triangles: 0, tetrahedra: 0))
    }

    /// Cubes: per cube one void, between the radius of a face's circle and that of the cube's sphere;
    /// ties are exact, so that there are no other bars at all.
    @Test func cubes() throws {
        let side = 5
        let result = try alpha(grid(side, dimension: 3))
        let voids = result.barcode.pairs.filter { $0.dimension == 2 }
        #expect(voids.count == (side - 1) * (side - 1) * (side - 1))
        #expect(voids.allSatisfy { $0.birth == 0.5.squareRoot() && $0.death == 0.75.squareRoot() })
        let edges = 3 * side * side * (side - 1)
        let tunnels = result.barcode.pairs.filter { $0.dimension == 1 }
        #expect(tunnels.count == edges - (side * side * side - 1))
        #expect(tunnels.allSatisfy { $0.birth == 0.5 && $0.death == 0.5.squareRoot() })
    }

    /// The vertices of the filtration's simplices and their number add up at every threshold.
    @Test(arguments: [2, 3]) func shapesHaveTheEulerNumberOfTheirBarcode(dimension: Int) throws {
        var numbers = SplitMix64(seed: UInt64(dimension))
        for trial in 0..<60 {
            let points = (0..<30).map { _ in (0..<dimension).map { _ in numbers.whole(0...5) } }
            let threshold = trial.isMultiple(of: 3) ? .infinity : 2 * numbers.unit()
            let result = try alpha(points, maxAlphaValue: threshold, maxDimension: 2)
            let shape = try #require(result.alphaShape)
            let euler = shape.vertices - shape.edges + shape.triangles - shape.tetrahedra
            let betti = result.barcode.bettiNumbers
            #expect(euler == betti[0] - betti[1] + betti[2], "trial \(trial)")
        }
    }

    /// Whole points on a circle: all triangles are tied.
    @Test func circle() throws {
        var points: [[Double]] = []
        for x in -65...65 {
            for y in -65...65 where x * x + y * y == 4225 { points.append([Double(x), Double(y)]) }
        }
        #expect(points.count == 36)
        let bars = try alpha(points).barcode.pairs.filter { $0.dimension == 1 }
        #expect(bars.count == 1)
        #expect(bars[0].death == 65)
        // The same circle in a tilted plane in space, three times as large.
        let tilted = points.map { [2 * $0[0] - 2 * $0[1], $0[0] + 2 * $0[1], 2 * $0[0] + $0[1]] }
        let inSpace = try alpha(tilted).barcode.pairs.filter { $0.dimension == 1 }
        #expect(inSpace.map(\.death) == [195])
    }

    /// Clusters from 1e-12 to 1e12 in one input.
    @Test(arguments: [2, 3]) func scales(dimension: Int) throws {
        var numbers = SplitMix64(seed: 4)
        let shape = (0..<6).map { _ in (0..<dimension).map { _ in numbers.unit() - 0.5 } }
        let single = CechOracle.bars(of: shape).filter { $0.dimension == 1 }
        let scales = [0x1p-40, 1, 0x1p40]
        // Side by side, far enough apart not to disturb each other; a power of two changes no digit.
        let points = scales.enumerated().flatMap { index, scale in
            shape.map { point in
                var point = point.map { $0 * scale }
                if scale > 1 { point[0] += Double(index) * 0x1p44 }
                return point
            }
        }
        let bars = try alpha(points).barcode.pairs.filter { $0.dimension == 1 && !CechOracle.isEmpty($0) }
        for bar in single {
            let found = bars.contains { ($0.birth / (bar.birth * 0x1p40) - 1).magnitude < 1e-3 }
            #expect(found)
        }
        #expect(
            try alpha(points.map { $0.map { $0 * 1e-30 } }).barcode.pairs.count
                == alpha(points).barcode.pairs.count)
    }

    /// Nothing depends on where the points are in the input, or on how far they are scaled.
    @Test(arguments: [2, 3]) func orderAndScaleDoNotMatter(dimension: Int) throws {
        var numbers = SplitMix64(seed: 21)
        for points in [
            grid(6, dimension: dimension), (0..<300).map { _ in (0..<dimension).map { _ in numbers.unit() } },
        ] {
            let result = try alpha(points)
            let shuffled = try alpha(points.shuffled(using: &numbers))
            #expect(result.barcode == shuffled.barcode)
            #expect(result.alphaShape == shuffled.alphaShape)
            let small = try alpha(points.map { $0.map { $0 * 0x1p-300 } }).barcode.pairs
            #expect(small.map { $0.birth * 0x1p300 } == result.barcode.pairs.map(\.birth))
        }
    }

    @Test func whatCannotBeDone() throws {
        #expect(throws: DelaunayError.dimension(1)) { try alpha([[1], [2]]) }
        #expect(throws: DelaunayError.dimension(4)) { try alpha([[1, 2, 3, 4]]) }
        #expect(throws: DelaunayError.scalesTooFarApart(point: 1, smallest: 1e-70, largest: 1)) {
            try alpha([[1, 0], [0, 1e-70], [0.5, 0.5]])
        }
    }
}
