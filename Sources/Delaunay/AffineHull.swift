import CPredicates

/// How many dimensions points fill, and points that span them.
enum AffineHull {
    /// All points coincide with `origin`.
    case point(origin: Int32)
    /// All points are on the line through two.
    case line(Int32, Int32)
    /// All points are in the plane through three.
    case plane(Int32, Int32, Int32)
    /// Four points that are not in one plane.
    case space(Int32, Int32, Int32, Int32)

    /// Exact for all points.
    init(of sites: borrowing Sites) {
        let count = Int32(sites.count)
        let origin: Int32 = 0
        guard
            let second = (1..<count).first(where: {
                !Self.coincide(sites[origin], sites[$0], sites.dimension)
            })
        else {
            self = .point(origin: origin)
            return
        }
        let third: Int32?
        if sites.dimension == 2 {
            third = (1..<count).first { tda_orient2d(sites[origin], sites[second], sites[$0]) != 0 }
        } else {
            third = (1..<count).first { !Self.collinear(sites[origin], sites[second], sites[$0]) }
        }
        guard let third else {
            self = .line(origin, second)
            return
        }
        guard sites.dimension == 3,
            let fourth = (1..<count).first(where: {
                tda_orient3d(sites[origin], sites[second], sites[third], sites[$0], .infinity) != 0
            })
        else {
            self = .plane(origin, second, third)
            return
        }
        self = .space(origin, second, third, fourth)
    }

    static func coincide(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ dimension: Int) -> Bool {
        for axis in 0..<dimension where a[axis] != b[axis] { return false }
        return true
    }

    /// Whether three points in space are on one line: their shadows are, along each axis.
    private static func collinear(
        _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ c: UnsafePointer<Double>
    ) -> Bool {
        for axis in 0..<3 where shadowTurn(a, b, c, along: axis) != 0 { return false }
        return true
    }

    /// The orientation of three points in space seen along an axis: of the two coordinates that follow it
    /// in cyclic order, which stand side by side in `Sites`.
    static func shadowTurn(
        _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ c: UnsafePointer<Double>, along axis: Int
    ) -> Int32 {
        let first = (axis + 1) % 3
        return tda_orient2d(a + first, b + first, c + first)
    }
}
