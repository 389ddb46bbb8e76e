/// Symbolic perturbation of points on one circle or sphere.
///
/// Each point is lifted above the paraboloid by an infinitesimal height of its own, which is the
/// greater the later the point stands in lexicographic order (Devillers, Teillaud, Perturbations for
/// Delaunay and weighted Delaunay 3D triangulations, 2011). Orientations are not touched, so that no
/// flat simplex arises, and the result does not depend on the order of insertion.
enum Perturbation {
    /// Whether `a` comes before `b` in lexicographic order of `dimension` coordinates.
    static func precedes(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, dimension: Int) -> Bool {
        for axis in 0..<dimension where a[axis] != b[axis] { return a[axis] < b[axis] }
        return false
    }

    /// The side of `query` with respect to the sphere through `corners`, on which it lies: the first
    /// of the points, the highest first, whose lifting decides. Lifting the query itself puts it
    /// outside; lifting a corner puts it where the simplex with `query` in that corner's place turns.
    ///
    /// - Parameter turn: the orientation of the simplex with `query` in place of the given corner.
    static func isInside(
        corners: [UnsafePointer<Double>], query: UnsafePointer<Double>, dimension: Int, turn: (Int) -> Int32
    ) -> Bool {
        let order = corners.indices.sorted {
            precedes(corners[$1], corners[$0], dimension: dimension)
        }
        for corner in order {
            if precedes(corners[corner], query, dimension: dimension) { return false }
            let side = turn(corner)
            if side != 0 { return side > 0 }
        }
        return false
    }
}
