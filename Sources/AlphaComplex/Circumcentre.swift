import CPredicates

/// The centre of the sphere through the corners of a tetrahedron, relative to the last of them: w / 2det.
struct Circumcentre {
    private let bc: SIMD3<Double>
    private let ca: SIMD3<Double>
    private let ab: SIMD3<Double>
    private let w: SIMD3<Double>
    private let det: Double
    /// The square of the longest of the three edges at the last corner.
    private let longest: Double

    @inline(__always)
    init(
        _ pa: UnsafePointer<Double>, _ pb: UnsafePointer<Double>, _ pc: UnsafePointer<Double>,
        _ pd: UnsafePointer<Double>
    ) {
        let d = SIMD3(pd[0], pd[1], pd[2])
        let a = SIMD3(pa[0], pa[1], pa[2]) - d
        let b = SIMD3(pb[0], pb[1], pb[2]) - d
        let c = SIMD3(pc[0], pc[1], pc[2]) - d
        bc = Self.cross(b, c)
        ca = Self.cross(c, a)
        ab = Self.cross(a, b)
        let (aa, bb, cc) = (Self.dot(a, a), Self.dot(b, b), Self.dot(c, c))
        longest = max(aa, max(bb, cc))
        w = aa * bc + bb * ca + cc * ab
        det = Self.dot(a, bc)
    }

    /// The squared radius, where rounding leaves enough of it.
    @inline(__always)
    var square: Double? {
        // Rounding moves det by at most 2⁻⁴⁸ longest^1.5 and w by at most 2⁻⁴⁶ longest², and
        // |w| ≥ longest^0.5 |det|: what follows is within 2 · 10⁻¹² of the exact square.
        let square = Self.dot(w, w)
        guard det * det > 1e-3 * longest * longest * longest, square > 0x1p-900 else { return nil }
        return square / (4 * det * det)
    }

    /// The corners beyond whose opposite facet the centre is: bit i for corner i. Nil where rounding
    /// leaves that open.
    ///
    /// The centre's barycentric coordinates are, times 2det², w · (b × c), w · (c × a), w · (a × b), and
    /// what is missing from 2det².
    @inline(__always)
    var cornersBeyond: UInt8? {
        let cube = longest * longest * longest
        let (s0, s1, s2) = (Self.dot(w, bc), Self.dot(w, ca), Self.dot(w, ab))
        let s3 = 2 * det * det - (s0 + s1 + s2)
        // With every factor as large as `longest` allows, rounding adds up to less than this.
        let (doubt, lastDoubt) = (256 * 0x1p-53 * cube, 1024 * 0x1p-53 * cube)
        if min(min(s0.magnitude, s1.magnitude), s2.magnitude) <= doubt || s3.magnitude <= lastDoubt {
            return nil
        }
        return (s0 < 0 ? 1 : 0) | (s1 < 0 ? 2 : 0) | (s2 < 0 ? 4 : 0) | (s3 < 0 ? 8 : 0)
    }

    @inline(__always)
    private static func cross(_ u: SIMD3<Double>, _ v: SIMD3<Double>) -> SIMD3<Double> {
        SIMD3(u.y * v.z - u.z * v.y, u.z * v.x - u.x * v.z, u.x * v.y - u.y * v.x)
    }

    @inline(__always)
    private static func dot(_ u: SIMD3<Double>, _ v: SIMD3<Double>) -> Double {
        u.x * v.x + u.y * v.y + u.z * v.z
    }
}
