public import Hardware
public import HomologyOracle
internal import PersistentHomology
public import Vocabulary

extension RipsCase {
    /// What the engine makes of this case.
    ///
    /// - Parameter columnLimit: how much a column may emit before its bar is looked at from its end; nil for
    ///   what is usual.
    public func engineResult(
        context: ComputeContext = ComputeContext(), representatives: Bool = false, columnLimit: Int? = nil
    ) throws -> ComputeResult {
        let options = try options(representatives: representatives)
        if let columnLimit {
            return switch form {
            case .dense:
                try VietorisRips.barcode(
                    of: matrix(), options: options, context: context, columnLimit: columnLimit)
            case .sparse:
                try VietorisRips.barcode(
                    of: graph(), options: options, context: context, columnLimit: columnLimit)
            }
        }
        return switch form {
        case .dense: try VietorisRips.barcode(of: matrix(), options: options, context: context)
        case .sparse: try VietorisRips.barcode(of: graph(), options: options, context: context)
        }
    }
}
