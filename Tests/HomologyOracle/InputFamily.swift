import SeededRandom

/// Kinds of input that have broken persistent homology programs, or could.
public enum InputFamily: String, Sendable, CaseIterable {
    /// Uniform in the unit cube of R¹ … R⁵.
    case cloud
    /// On the sphere S¹, S² or S³.
    case sphere
    /// On a product of two or three circles.
    case torus
    /// Gathered around a few centres, some of them exactly there.
    case clusters
    /// On the integer lattice, so full of ties.
    case grid
    /// A cloud in which points are repeated.
    case duplicates
    /// Any symmetric numbers; no triangle inequality.
    case symmetric
    /// Numbers from 1 … k for a small k.
    case ties
    /// One number only.
    case equal
    /// Many zeros, among them the negative one.
    case zeros
    /// From the least to the greatest numbers of the precision, the least ones subnormal.
    case extremes
    /// Some pairs, or whole parts, at infinity.
    case infinite
    /// A random graph with few edges.
    case sparse
    /// Distances along a cycle: odd spheres and wedges of even ones, all of them at ties.
    case cycle
    /// A cross-polytope, with or without noise: a sphere of high dimension.
    case crossPolytope
    /// A cycle, a cross-polytope and the like, joined.
    case join
    /// A triangulated surface with torsion, other pairs far away.
    case surface
    /// Orders of edges that do not come from numbers: a random order, dense in cones.
    case cone
}

extension InputFamily {
    /// Lengths of `count` vertices or thereabouts, the strict lower triangle by rows.
    func lengths(count: Int, from random: inout SplitMix64) -> [Double] {
        switch self {
        case .cloud:
            let dimension = random.integer(1...5)
            return euclidean((0..<count).map { _ in (0..<dimension).map { _ in random.unit() } })
        case .sphere:
            let dimension = random.integer(2...4)
            return euclidean((0..<count).map { _ in Self.direction(dimension, from: &random) })
        case .torus:
            let circles = random.integer(2...3)
            return euclidean(
                (0..<count).map { _ in
                    (0..<circles).flatMap { _ in Self.direction(2, from: &random) }
                })
        case .clusters:
            let dimension = random.integer(1...3)
            let centres = (0...random.integer(1...3)).map { _ in (0..<dimension).map { _ in random.unit() } }
            let spread = random.pick([0.01, 0.1, 0.3])
            return euclidean(
                (0..<count).map { _ in
                    let centre = random.pick(centres)
                    return random.chance(0.1) ? centre : centre.map { $0 + spread * (random.unit() - 0.5) }
                })
        case .grid:
            let (dimension, side) = (random.integer(1...4), random.integer(2...4))
            let points = (0..<count).map { _ in (0..<dimension).map { _ in Double(random.integer(1...side)) }
            }
            return random.chance(0.5)
                ? euclidean(points)
                : pairwise(points) { zip($0, $1).map { abs($0 - $1) }.reduce(0, +) }
        case .duplicates:
            let points = (0...count / 2).map { _ in [random.unit(), random.unit(), random.unit()] }
            return euclidean((0..<count).map { _ in random.pick(points) })
        case .symmetric:
            return triangle(count) { random.unit() }
        case .ties:
            let kinds = random.integer(2...6)
            return triangle(count) { Double(random.integer(1...kinds)) }
        case .equal:
            let length = random.pick([0, 1, 0.1])
            return triangle(count) { length }
        case .zeros:
            let share = random.pick([0.1, 0.3, 0.6])
            return triangle(count) { random.chance(share) ? random.pick([0, -0.0]) : random.unit() }
        case .extremes:
            let values = [
                0, Double(Float.leastNonzeroMagnitude), Double(Float.leastNormalMagnitude), 1e-30, 0.5,
                1, Double(Float(1).nextUp), 1e30, Double(Float.greatestFiniteMagnitude), .infinity,
            ]
            return triangle(count) { random.pick(values) }
        case .infinite:
            let (share, parts) = (random.pick([0, 0.2, 0.6]), random.integer(1...3))
            let part = (0..<count).map { _ in random.integer(1...parts) }
            return triangle(count) { row, column in
                let length = random.unit()
                return part[row] != part[column] || random.chance(share) ? .infinity : length
            }
        case .sparse:
            let share = min(1, Double(random.integer(1...6)) / Double(max(count, 1)))
            let kinds = random.pick([3, 1 << 20])
            return triangle(count) {
                random.chance(share) ? Double(random.integer(1...kinds)) / Double(kinds) : .infinity
            }
        case .cycle:
            return triangle(count) { row, column in
                Double(min(row - column, count - (row - column)))
            }
        case .crossPolytope:
            let noise = random.pick([0, 0, 0.25])
            return triangle(count) { row, column in
                (row / 2 == column / 2 ? 2 : 1) + noise * random.unit()
            }
        case .join:
            return Self.join(count, from: &random)
        case .surface:
            let surface = random.pick([Triangulation.projectivePlane, .torus, .kleinBottle])
            let apart = random.pick([2, .infinity])
            let noise = random.pick([0, 0, 0.5])
            let edges = surface.edges
            return triangle(surface.count) { row, column in
                edges.contains([column, row]) ? 1 + noise * random.unit() : apart
            }
        case .cone:
            // Each vertex after the first few sees most of the earlier ones early.
            return triangle(count) { row, column in
                random.chance(0.7) ? Double(row) + random.unit() : Double(count) * random.unit()
            }
        }
    }

    /// Blocks of vertices, near those of other blocks; within a block along a cycle.
    private static func join(_ count: Int, from random: inout SplitMix64) -> [Double] {
        var blocks: [(start: Int, size: Int)] = []
        var start = 0
        while start < count {
            let size = min(count - start, random.integer(2...6))
            blocks.append((start, size))
            start += size
        }
        let between = random.pick([0.5, 1, 1.5])
        return triangle(count) { row, column in
            let block = blocks.last { $0.start <= row }!
            guard column >= block.start else { return between }
            return Double(min(row - column, block.size - (row - column)))
        }
    }

    /// A point of the unit sphere of R^`dimension`.
    private static func direction(_ dimension: Int, from random: inout SplitMix64) -> [Double] {
        while true {
            let point = (0..<dimension).map { _ in 2 * random.unit() - 1 }
            let norm = point.map { $0 * $0 }.reduce(0, +).squareRoot()
            if norm > 0.01, norm <= 1 { return point.map { $0 / norm } }
        }
    }
}

// MARK: Lower triangles

/// The strict lower triangle of a symmetric table, by rows.
public func triangle(_ count: Int, _ length: (_ row: Int, _ column: Int) -> Double) -> [Double] {
    (0..<count).flatMap { row in (0..<row).map { length(row, $0) } }
}

func triangle(_ count: Int, _ length: () -> Double) -> [Double] { triangle(count) { _, _ in length() } }

func pairwise(_ points: [[Double]], _ distance: ([Double], [Double]) -> Double) -> [Double] {
    triangle(points.count) { distance(points[$0], points[$1]) }
}

/// Euclidean distances of points given by their coordinates.
public func euclidean(_ points: [[Double]]) -> [Double] {
    pairwise(points) { a, b in zip(a, b).map { ($0 - $1) * ($0 - $1) }.reduce(0, +).squareRoot() }
}
