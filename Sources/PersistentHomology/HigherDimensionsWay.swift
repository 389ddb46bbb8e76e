/// A way to the bars of dimensions 2 and up (docs/engine.md, section 4); the bars are the same.
package enum HigherDimensionsWay: Sendable {
    /// Block by block, with as many columns as bars have ends.
    case homology
    /// With columns for the simplices of open blocks.
    case cohomology

    /// - Parameters:
    ///   - dimension: the highest one.
    ///   - open: how many open blocks were looked at.
    ///   - fertile: how many of them may have homology in degrees 0 to `dimension` − 2: where these are many, cycles
    ///     meet births at every turn.
    init(dimension: Int, open: Int, fertile: Int) {
        self = dimension <= Self.mostDimensions && fertile * 40 <= open ? .homology : .cohomology
    }

    /// Links within links are looked at, one level for each dimension: above, columns are the better way.
    static let mostDimensions = 3
}
