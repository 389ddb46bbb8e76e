import CPredicates

/// The two predicates of a triangulation in a plane.
protocol PlaneGeometry: BitwiseCopyable {
    /// Positive where a, b, c turn left.
    func turn(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ c: UnsafePointer<Double>) -> Int32
    /// Positive where d is inside the circle through a, b, c, which turn left.
    func inCircle(
        _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ c: UnsafePointer<Double>,
        _ d: UnsafePointer<Double>
    ) -> Int32
    /// Coordinates from one point to the next.
    static var stride: Int { get }
    /// Coordinates of a point.
    static var dimension: Int { get }
}

/// Points of two coordinates.
struct Plane: PlaneGeometry {
    static let stride = 2
    static let dimension = 2

    private let certain: Double

    init(_ sites: borrowing Sites) {
        let square = sites.extent * sites.extent
        // The predicate's bound with every difference as large as the whole.
        certain = 11 * 0x1p-53 * 12 * square * square
    }

    @inline(__always)
    func turn(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ c: UnsafePointer<Double>) -> Int32 {
        tda_orient2d(a, b, c)
    }

    @inline(__always)
    func inCircle(
        _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ c: UnsafePointer<Double>,
        _ d: UnsafePointer<Double>
    ) -> Int32 {
        tda_incircle(a, b, c, d, certain)
    }
}

/// Points in space that are all in one plane.
///
/// They turn as their shadows do along an axis that is not parallel to the plane. The sphere through
/// a, b, c and one fixed point off the plane meets the plane in the circle through a, b, c.
struct PlaneInSpace: PlaneGeometry {
    static let stride = 4
    static let dimension = 3

    private let shadow: Int
    private let offPlane: (Double, Double, Double, Double)

    /// - Parameter corners: three vertices that are not on one line.
    init(_ sites: borrowing Sites, corners: [Int32]) {
        var axis = 0
        while axis < 2,
            AffineHull.shadowTurn(sites[corners[0]], sites[corners[1]], sites[corners[2]], along: axis) == 0
        {
            axis += 1
        }
        shadow = (axis + 1) % 3
        // Beyond one of the corners along the axis, on the side from which left is left.
        let (a, b, c) = (sites[corners[0]], sites[corners[1]], sites[corners[2]])
        let isLeft = tda_orient2d(a + shadow, b + shadow, c + shadow) > 0
        func moved(by step: Double) -> (Double, Double, Double, Double) {
            var step = step
            while a[axis] + step == a[axis] { step *= 2 }
            var point = [a[0], a[1], a[2], 0]
            point[axis] += step
            return (point[0], point[1], point[2], 0)
        }
        func side(of point: (Double, Double, Double, Double)) -> Bool {
            withUnsafeBytes(of: point) { raw in
                let d = raw.baseAddress!.assumingMemoryBound(to: Double.self)
                return isLeft
                    ? tda_orient3d(a, b, c, d, .infinity) > 0 : tda_orient3d(b, a, c, d, .infinity) > 0
            }
        }
        let above = moved(by: sites.extent)
        offPlane = side(of: above) ? above : moved(by: -sites.extent)
    }

    @inline(__always)
    func turn(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ c: UnsafePointer<Double>) -> Int32 {
        tda_orient2d(a + shadow, b + shadow, c + shadow)
    }

    @inline(__always)
    func inCircle(
        _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ c: UnsafePointer<Double>,
        _ d: UnsafePointer<Double>
    ) -> Int32 {
        withUnsafeBytes(of: offPlane) { raw in
            tda_insphere(a, b, c, raw.baseAddress!.assumingMemoryBound(to: Double.self), d, .infinity)
        }
    }
}
