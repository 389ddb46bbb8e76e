public import Hardware
public import HomologyOracle
internal import PersistentHomology
public import Vocabulary

extension RipsCase {
    /// What the engine makes of this case.
    public func engineResult(
        context: ComputeContext = ComputeContext(), representatives: Bool = false
    ) throws -> ComputeResult {
        let options = try options(representatives: representatives)
        return switch form {
        case .dense: try VietorisRips.barcode(of: matrix(), options: options, context: context)
        case .sparse: try VietorisRips.barcode(of: graph(), options: options, context: context)
        }
    }
}
