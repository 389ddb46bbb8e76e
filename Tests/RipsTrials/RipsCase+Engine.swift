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
}
