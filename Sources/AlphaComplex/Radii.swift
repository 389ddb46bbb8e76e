import CPredicates
import Delaunay

/// Squared circumradii and angles of points of one kind. Quick values are within a quarter of
/// `Closeness.tied` of the exact ones; exact ones are correctly rounded. Neither depends on the order
/// of the vertices.
protocol Radii: BitwiseCopyable, Sendable {
    func edge(_ a: Int32, _ b: Int32) -> Double
    func triangle(_ a: Int32, _ b: Int32, _ c: Int32) -> Double
    func exactEdge(_ a: Int32, _ b: Int32) -> Double
    func exactTriangle(_ a: Int32, _ b: Int32, _ c: Int32) -> Double
    /// Whether the angle of a triangle at `c` is above a right angle.
    func isObtuse(_ a: Int32, _ b: Int32, at c: Int32) -> Bool
}

extension Radii {
    /// Which corner of a triangle has an angle above a right angle.
    @inline(__always)
    func obtuseCorner(_ a: Int32, _ b: Int32, _ c: Int32) -> Int? {
        if isObtuse(b, c, at: a) { return 0 }
        if isObtuse(c, a, at: b) { return 1 }
        if isObtuse(a, b, at: c) { return 2 }
        return nil
    }
}

/// Twice what rounding can make of a scalar product of differences, relative to its terms' sizes.
private let scalarProductError = 16 * 0x1p-53

/// Below this the sine of a triangle's largest angle, squared, is too small for a quick radius.
private let smallestSine = 1e-3

/// Unchecked: it only reads the sites, which whoever has it keeps alive and unchanged.
struct PlaneRadii: Radii, @unchecked Sendable {
    let points: UnsafePointer<Double>

    init(_ sites: borrowing Sites) { points = sites.coordinates }

    @inline(__always)
    private func point(_ vertex: Int32) -> UnsafePointer<Double> { points + 2 &* Int(vertex) }

    @inline(__always)
    private func square(_ a: Int32, _ b: Int32) -> Double {
        let (p, q) = (point(a), point(b))
        let (x, y) = (p[0] - q[0], p[1] - q[1])
        return x * x + y * y
    }

    func edge(_ a: Int32, _ b: Int32) -> Double { square(a, b) * 0.25 }

    func triangle(_ a: Int32, _ b: Int32, _ c: Int32) -> Double {
        let (a, b, c) = sorted(a, b, c)
        let (ab, bc, ca) = (square(a, b), square(b, c), square(c, a))
        // The corner with the largest angle.
        let corner = ab >= bc && ab >= ca ? c : (bc >= ca ? a : b)
        let (p, q, r) = (point(corner), point(corner == a ? b : a), point(corner == c ? b : c))
        let area = (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])
        let sides = (ab * bc * ca) / max(ab, max(bc, ca))
        guard area * area > smallestSine * sides else { return exactTriangle(a, b, c) }
        return ab * bc * ca / (4 * area * area)
    }

    func exactEdge(_ a: Int32, _ b: Int32) -> Double { tda_edge_radius2d(point(a), point(b)) }

    func exactTriangle(_ a: Int32, _ b: Int32, _ c: Int32) -> Double {
        tda_triangle_radius2d(point(a), point(b), point(c))
    }

    @inline(__always)
    func isObtuse(_ a: Int32, _ b: Int32, at c: Int32) -> Bool {
        let (p, q, r) = (point(a), point(b), point(c))
        let x = (p[0] - r[0]) * (q[0] - r[0]), y = (p[1] - r[1]) * (q[1] - r[1])
        let (product, size) = (x + y, x.magnitude + y.magnitude)
        if product.magnitude > scalarProductError * size { return product < 0 }
        return tda_angle2d(p, q, r) < 0
    }
}

/// Unchecked: as for `PlaneRadii`.
struct SpaceRadii: Radii, @unchecked Sendable {
    let points: UnsafePointer<Double>

    init(_ sites: borrowing Sites) { points = sites.coordinates }

    @inline(__always)
    func point(_ vertex: Int32) -> UnsafePointer<Double> { points + 4 &* Int(vertex) }

    @inline(__always)
    private func square(_ a: Int32, _ b: Int32) -> Double {
        let (p, q) = (point(a), point(b))
        let (x, y, z) = (p[0] - q[0], p[1] - q[1], p[2] - q[2])
        return x * x + y * y + z * z
    }

    func edge(_ a: Int32, _ b: Int32) -> Double { square(a, b) * 0.25 }

    func triangle(_ a: Int32, _ b: Int32, _ c: Int32) -> Double {
        let (a, b, c) = sorted(a, b, c)
        let (ab, bc, ca) = (square(a, b), square(b, c), square(c, a))
        let corner = ab >= bc && ab >= ca ? c : (bc >= ca ? a : b)
        let (p, q, r) = (point(corner), point(corner == a ? b : a), point(corner == c ? b : c))
        let area = normal(p, q, r)
        let doubleArea = area.x * area.x + area.y * area.y + area.z * area.z
        let sides = (ab * bc * ca) / max(ab, max(bc, ca))
        guard doubleArea > smallestSine * sides else { return exactTriangle(a, b, c) }
        return ab * bc * ca / (4 * doubleArea)
    }

    @inline(__always)
    private func normal(
        _ p: UnsafePointer<Double>, _ q: UnsafePointer<Double>, _ r: UnsafePointer<Double>
    ) -> (x: Double, y: Double, z: Double) {
        let (ux, uy, uz) = (q[0] - p[0], q[1] - p[1], q[2] - p[2])
        let (vx, vy, vz) = (r[0] - p[0], r[1] - p[1], r[2] - p[2])
        return (uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx)
    }

    func exactEdge(_ a: Int32, _ b: Int32) -> Double { tda_edge_radius3d(point(a), point(b)) }

    func exactTriangle(_ a: Int32, _ b: Int32, _ c: Int32) -> Double {
        tda_triangle_radius3d(point(a), point(b), point(c))
    }

    @inline(__always)
    func isObtuse(_ a: Int32, _ b: Int32, at c: Int32) -> Bool {
        let (p, q, r) = (point(a), point(b), point(c))
        let x = (p[0] - r[0]) * (q[0] - r[0]), y = (p[1] - r[1]) * (q[1] - r[1])
        let z = (p[2] - r[2]) * (q[2] - r[2])
        let (product, size) = (x + y + z, x.magnitude + y.magnitude + z.magnitude)
        if product.magnitude > scalarProductError * size { return product < 0 }
        return tda_angle3d(p, q, r) < 0
    }

    func tetrahedron(_ a: Int32, _ b: Int32, _ c: Int32, _ d: Int32) -> Double {
        let v = sorted(a, b, c, d)
        let centre = Circumcentre(point(v.0), point(v.1), point(v.2), point(v.3))
        return centre.square ?? tda_tetrahedron_radius(point(v.0), point(v.1), point(v.2), point(v.3))
    }

    func exactTetrahedron(_ a: Int32, _ b: Int32, _ c: Int32, _ d: Int32) -> Double {
        tda_tetrahedron_radius(point(a), point(b), point(c), point(d))
    }
}

@inline(__always)
func sorted(_ a: Int32, _ b: Int32, _ c: Int32) -> (Int32, Int32, Int32) {
    let (a, b) = (min(a, b), max(a, b))
    let (low, high) = (min(a, c), max(b, c))
    return (low, max(a, min(b, c)), high)
}

@inline(__always)
func sorted(_ a: Int32, _ b: Int32, _ c: Int32, _ d: Int32) -> (Int32, Int32, Int32, Int32) {
    let (a, b) = (min(a, b), max(a, b))
    let (c, d) = (min(c, d), max(c, d))
    let (lowest, x) = (min(a, c), max(a, c))
    let (y, highest) = (min(b, d), max(b, d))
    return (lowest, min(x, y), max(x, y), highest)
}
