public import Hardware
public import HomologyOracle
package import PersistentHomology
public import Vocabulary

extension RipsCase {
    /// What the engine makes of this case.
    public func engineResult(
        context: ComputeContext = ComputeContext(), representatives: Bool = false
    ) throws -> ComputeResult {
        try engineResult(context: context, representatives: representatives, way: nil)
    }

    /// - Parameter way: to the dimensions from 2 on; nil lets the engine choose.
    package func engineResult(
        context: ComputeContext, representatives: Bool, way: HigherDimensionsWay?
    ) throws -> ComputeResult {
        let options = try options(representatives: representatives)
        return switch form {
        case .dense: try VietorisRips.barcode(of: matrix(), options: options, context: context, way: way)
        case .sparse: try VietorisRips.barcode(of: graph(), options: options, context: context, way: way)
        }
    }

    /// What the engine makes of it where distances stand in the square from the start, as those of points do; nil
    /// where they cannot.
    func resultFromSquare(context: ComputeContext) throws -> ComputeResult? {
        guard form == .dense, births == nil, precision == .float32 else { return nil }
        let square = try DistanceSquare(count: count, threshold: threshold, context: context)
        let rows = square.distances
        for a in 0..<count {
            for b in 0..<a { rows[a * square.stride + b] = Float(self[a, b]) }
        }
        let side = 64
        context.team.forEachChunk(of: (count + side - 1) / side, by: 1) { worker, range in
            for row in range {
                let rows = row * side..<min((row + 1) * side, count)
                for column in stride(from: 0, to: rows.upperBound, by: 2 * side) {
                    square.take(worker, rows: rows, columns: column..<min(column + 2 * side, rows.upperBound))
                }
            }
        }
        return try VietorisRips.barcode(of: square, labels: nil, options: options(), context: context)
    }
}
