import Vocabulary

/// The barcode of a union of growing balls, found without any triangulation: by the nerve theorem the
/// Čech complex has the barcode of the alpha complex. A simplex appears at the radius of the smallest
/// ball that encloses its vertices; the boundary matrix is reduced as it stands.
enum CechOracle {
    /// A simplex and when it appears.
    typealias Simplex = (radius: Double, vertices: [Int])

    /// All simplices of at most as many vertices as bound a ball, in the order in which they appear.
    static func simplices(of points: [[Double]]) -> [Simplex] {
        let dimension = points[0].count
        var simplices: [Simplex] = []
        func extend(_ vertices: [Int]) {
            if !vertices.isEmpty {
                simplices.append((enclosingRadius(vertices.map { points[$0] }), vertices))
            }
            guard vertices.count <= dimension else { return }
            for next in ((vertices.last ?? -1) + 1)..<points.count { extend(vertices + [next]) }
        }
        if !points.isEmpty { extend([]) }
        simplices.sort { a, b in
            // Faces come first where rounding makes the radii of equal balls differ.
            let (x, y) = ((a.radius * 1e10).rounded(), (b.radius * 1e10).rounded())
            return x == y ? a.vertices.count < b.vertices.count : x < y
        }
        return simplices
    }

    static func bars(of points: [[Double]], prime: Int = 2) -> [PersistencePair] {
        let (dimension, simplices) = (points[0].count, simplices(of: points))
        let places = Dictionary(uniqueKeysWithValues: simplices.enumerated().map { ($1.vertices, $0) })
        var columns: [Int: [Int: Int]] = [:]
        var pairs: [PersistencePair] = []
        var isPaired = Set<Int>()
        for (place, simplex) in simplices.enumerated() {
            var column: [Int: Int] = [:]
            if simplex.vertices.count > 1 {
                for corner in simplex.vertices.indices {
                    var face = simplex.vertices
                    face.remove(at: corner)
                    column[places[face]!] = corner.isMultiple(of: 2) ? 1 : prime - 1
                }
            }
            while let pivot = column.keys.max(), let other = columns[pivot] {
                let factor = column[pivot]! * inverse(other[pivot]!, prime) % prime
                for (row, value) in other {
                    let sum = ((column[row] ?? 0) + (prime - factor) * value) % prime
                    column[row] = sum == 0 ? nil : sum
                }
            }
            guard let pivot = column.keys.max() else { continue }
            columns[pivot] = column
            isPaired.formUnion([pivot, place])
            pairs.append(
                PersistencePair(
                    dimension: simplices[pivot].vertices.count - 1, birth: simplices[pivot].radius,
                    death: simplex.radius))
        }
        for (place, simplex) in simplices.enumerated() where !isPaired.contains(place) {
            pairs.append(
                PersistencePair(
                    dimension: simplex.vertices.count - 1, birth: simplex.radius, death: .infinity))
        }
        return pairs.filter { $0.dimension < dimension && !isEmpty($0) }.sorted()
    }

    /// Bars shorter than this are made by rounding.
    static func isEmpty(_ pair: PersistencePair) -> Bool {
        pair.death != .infinity && pair.persistence <= 1e-9 * pair.death
    }

    static func inverse(_ a: Int, _ p: Int) -> Int { (1..<p).first { $0 * a % p == 1 }! }

    /// The smallest of the balls through some of the points, centred in their span, that has the others
    /// in it.
    private static func enclosingRadius(_ points: [[Double]]) -> Double {
        var best = Double.infinity
        for subset in 1..<1 << points.count {
            let chosen = points.indices.filter { subset >> $0 & 1 == 1 }.map { points[$0] }
            guard let (centre, radius) = circumball(chosen), radius < best else { continue }
            let holdsAll = points.allSatisfy { distance($0, centre) <= radius * (1 + 1e-12) + 1e-300 }
            if holdsAll { best = radius }
        }
        return best
    }

    /// The centre as q + Σ λᵢ uᵢ with 2 uᵢ · Σ λⱼ uⱼ = |uᵢ|², by elimination.
    private static func circumball(_ points: [[Double]]) -> (centre: [Double], radius: Double)? {
        let origin = points[0]
        let u = points.dropFirst().map { zip($0, origin).map(-) }
        var rows = u.map { a in u.map { b in 2 * dot(a, b) } + [dot(a, a)] }
        for column in rows.indices {
            guard
                let pivot = (column..<rows.count).max(by: {
                    rows[$0][column].magnitude < rows[$1][column].magnitude
                })
            else { return nil }
            rows.swapAt(column, pivot)
            guard rows[column][column].magnitude > 1e-9 * (u.map { dot($0, $0) }.max() ?? 1) else {
                return nil
            }
            for row in rows.indices where row != column {
                let factor = rows[row][column] / rows[column][column]
                for entry in rows[row].indices { rows[row][entry] -= factor * rows[column][entry] }
            }
        }
        var offset = origin.map { _ in 0.0 }
        for (index, vector) in u.enumerated() {
            let weight = rows[index].last! / rows[index][index]
            for axis in offset.indices { offset[axis] += weight * vector[axis] }
        }
        return (zip(origin, offset).map(+), dot(offset, offset).squareRoot())
    }

    private static func dot(_ a: [Double], _ b: [Double]) -> Double {
        zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
    }

    private static func distance(_ a: [Double], _ b: [Double]) -> Double {
        let d = zip(a, b).map(-)
        return dot(d, d).squareRoot()
    }
}
