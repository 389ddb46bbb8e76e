import Foundation
import HomologyOracle
import Vocabulary

// Inputs whose barcodes are known without computing, shared by the tests of engine and oracle.

extension RipsCase {
    /// The edges of `surface` at 1, all other pairs at `apart`.
    init(
        _ surface: Triangulation, apart: Double = .infinity, threshold: Double? = nil, modulus: Int = 2,
        form: Form = .dense
    ) {
        let edges = surface.edges
        self.init(
            family: "known surface", count: surface.count,
            lengths: triangle(surface.count) { edges.contains([$1, $0]) ? 1 : apart }, form: form,
            threshold: threshold, maxDimension: 2, modulus: modulus)
    }

    /// 2 · `dimension` points, opposite ones at 2, all others at 1.
    init(crossPolytope dimension: Int, form: Form = .dense) {
        self.init(
            family: "known cross-polytope", count: 2 * dimension,
            lengths: triangle(2 * dimension) { $0 / 2 == $1 / 2 ? 2 : 1 }, form: form,
            maxDimension: dimension)
    }

    /// `count` points on a cycle, at the number of steps from one another.
    init(cycle count: Int, maxDimension: Int) {
        self.init(
            family: "known cycle", count: count,
            lengths: triangle(count) { Double(min($0 - $1, count - $0 + $1)) }, maxDimension: maxDimension)
    }

    /// Points of the plane or of space.
    init(points: [[Double]], threshold: Double? = nil, maxDimension: Int = 1) {
        self.init(
            family: "known points", count: points.count, lengths: euclidean(points), precision: .float64,
            threshold: threshold, maxDimension: maxDimension)
    }
}

enum Expected {
    static func bars(_ dimension: Int, _ birth: Double, _ death: Double, times: Int = 1) -> [PersistencePair]
    {
        Array(
            repeating: PersistencePair(dimension: dimension, birth: birth, death: death), count: times)
    }

    /// All points meet at 1, then stands a sphere until 2.
    static func crossPolytope(_ dimension: Int) -> [PersistencePair] {
        if dimension == 1 { return bars(0, 0, 2) + bars(0, 0, .infinity) }
        return bars(0, 0, 1, times: 2 * dimension - 1) + bars(0, 0, .infinity) + bars(dimension - 1, 1, 2)
    }
}

/// `count` points evenly on the unit sphere, along a spiral from pole to pole.
func pointsOnSphere(_ count: Int) -> [[Double]] {
    (0..<count).map { step in
        let height = 1 - (2 * Double(step) + 1) / Double(count)
        let (radius, angle) = (
            (1 - height * height).squareRoot(), Double.pi * (3 - 5.0.squareRoot()) * Double(step)
        )
        return [radius * cos(angle), radius * sin(angle), height]
    }
}

/// `count` points evenly on a circle of radius 1 around `centre`.
func circle(_ count: Int, around centre: (Double, Double) = (0, 0)) -> [[Double]] {
    (0..<count).map { step in
        let angle = 2 * Double.pi * Double(step) / Double(count)
        return [centre.0 + cos(angle), centre.1 + sin(angle)]
    }
}
