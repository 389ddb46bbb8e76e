import CPredicates
import SeededRandom
import Testing

/// Signs beside 128-bit integers, on points that are nearly or exactly degenerate.
struct PredicateTests {
    private typealias Vector = [Int128]

    private static func determinant(_ rows: [Vector]) -> Int128 {
        if rows.count == 1 { return rows[0][0] }
        var sum: Int128 = 0
        for column in rows.indices where rows[0][column] != 0 {
            let minor = rows.dropFirst().map { row in
                row.indices.filter { $0 != column }.map { row[$0] }
            }
            let term = rows[0][column] * determinant(minor)
            sum += column.isMultiple(of: 2) ? term : -term
        }
        return sum
    }

    private static func sign(_ x: Int128) -> Int32 { x > 0 ? 1 : (x < 0 ? -1 : 0) }

    /// Rows p - last, with the squared length as a last entry where `lifted`.
    private static func sign(of points: [[Int]], lifted: Bool) -> Int32 {
        let last = points.last!
        let rows = points.dropLast().map { point -> Vector in
            let d = zip(point, last).map { Int128($0 - $1) }
            return lifted ? d + [d.reduce(0) { $0 + $1 * $1 }] : d
        }
        return sign(determinant(rows))
    }

    /// Whole points around a large sphere or plane, with a scale and an offset that keep them exact.
    private static func points(
        _ count: Int, _ dimension: Int, _ spread: Int, _ numbers: inout SplitMix64
    ) -> [[Int]] {
        (0..<count).map { _ in (0..<dimension).map { _ in Int.random(in: -spread...spread, using: &numbers) }
        }
    }

    @Test(arguments: [1, 3, 1000, 1 << 20]) func turnsAndSpheres(spread: Int) {
        var numbers = SplitMix64(seed: 1)
        for trial in 0..<3000 {
            let scale = [1.0, 0x1p-70, 0x1p90][trial % 3]
            func real(_ points: [[Int]]) -> [[Double]] { points.map { $0.map { Double($0) * scale } } }
            let flat = Self.points(4, 2, spread, &numbers), p = real(flat)
            #expect(tda_orient2d(p[0], p[1], p[2]) == Self.sign(of: Array(flat[0..<3]), lifted: false))
            #expect(tda_incircle(p[0], p[1], p[2], p[3], .infinity) == Self.sign(of: flat, lifted: true))
            #expect(tda_incircle_exact(p[0], p[1], p[2], p[3]) == Self.sign(of: flat, lifted: true))
            let deep = Self.points(5, 3, spread, &numbers), q = real(deep)
            let turn = Self.sign(of: Array(deep[0..<4]), lifted: false)
            #expect(tda_orient3d(q[0], q[1], q[2], q[3], .infinity) == turn)
            #expect(tda_orient3d_exact(q[0], q[1], q[2], q[3]) == turn)
            let side = Self.sign(of: deep, lifted: true)
            #expect(tda_insphere(q[0], q[1], q[2], q[3], q[4], .infinity) == side)
            #expect(tda_insphere_exact(q[0], q[1], q[2], q[3], q[4]) == side)
        }
    }

    /// One unit in the last place beside a sphere and a plane, far from the origin.
    @Test func theLastDigitDecides() {
        let far = 0x1p40
        let cube = [[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]].map { $0.map { $0 + far } }
        let turn = tda_orient3d(cube[0], cube[1], cube[2], cube[3], .infinity)
        func side(_ p: [Double]) -> Int32 {
            turn * tda_insphere(cube[0], cube[1], cube[2], cube[3], p, .infinity)
        }
        let corner = [far + 1, far + 1, far + 1]
        #expect(side(corner) == 0)
        #expect(side([corner[0], corner[1], corner[2].nextUp]) == -1)
        #expect(side([corner[0], corner[1], corner[2].nextDown]) == 1)
        #expect(tda_orient2d([0, 0], [0x1p60, 0x1p60], [1, 1.0.nextUp]) == 1)
        #expect(tda_orient2d([0, 0], [0x1p60, 0x1p60], [1, 1]) == 0)
    }

    @Test func anglesAndSmallestSpheres() {
        #expect(tda_angle2d([1, 0], [0, 1], [0, 0]) == 0)
        #expect(tda_angle2d([1, -0x1p-52], [0, 1], [0, 0]) == -1)
        #expect(tda_angle3d([1, 0, 0x1p-50], [0, 1, 0x1p-50], [0, 0, 0]) == 1)
        // The smallest sphere through three corners of an octahedron does not hold the opposite ones.
        let (a, b, c) = ([1.0, 0, 0], [0.0, 1, 0], [-1.0, 0, 0])
        #expect(tda_diametral_power(a, b, c, [0, 0, 1]) == 0)
        #expect(tda_diametral_power(a, b, c, [0, 0, 1.0.nextUp]) == 1)
        #expect(tda_diametral_power(a, b, c, [0, 0, 1.0.nextDown]) == -1)
    }

    @Test func radiiAreRoundedCorrectly() {
        #expect(tda_edge_radius2d([0, 0], [3, 4]) == 6.25)
        #expect(tda_triangle_radius2d([0, 0], [3, 0], [0, 4]) == 6.25)
        #expect(tda_triangle_radius3d([7, 7, 7], [10, 7, 7], [7, 11, 7]) == 6.25)
        #expect(tda_tetrahedron_radius([0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]) == 0.75)
        // Equal spheres through different points of a sphere give equal doubles.
        let sphere: [[Double]] = [
            [9, 0, 0], [0, 9, 0], [0, 0, -9], [8, 4, 1], [-4, 7, 4], [1, -4, 8], [-6, -6, 3], [7, 4, -4],
        ].map { $0.map { $0 * 0.1 + 0 } }
        var radii = Set<Double>()
        for i in 0..<5 {
            for j in i + 1..<6 {
                for k in j + 1..<7 {
                    for l in k + 1..<8 {
                        let p = [sphere[i], sphere[j], sphere[k], sphere[l]].map {
                            $0.map { ($0 * 10).rounded() }
                        }
                        if tda_orient3d(p[0], p[1], p[2], p[3], .infinity) == 0 { continue }
                        radii.insert(tda_tetrahedron_radius(p[0], p[1], p[2], p[3]))
                    }
                }
            }
        }
        #expect(radii == [81])
        // A third of a square: 1/3 · 1/3 is not a double, its neighbours are known.
        #expect(tda_triangle_radius2d([0, 0], [2, 0], [1, 1.5]) == 169.0 / 144)
    }
}
