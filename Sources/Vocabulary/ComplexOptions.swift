/// The filtered complex whose barcode is asked for, with its options: with the input they determine it.
public enum ComplexOptions: Sendable, Hashable {
    case vietorisRips(VietorisRipsOptions)
    case alpha(AlphaComplexOptions)

    /// Births and deaths are numbers of this precision.
    public var precision: Precision {
        switch self {
        case .vietorisRips(let options): options.precision
        case .alpha: AlphaComplexOptions.precision
        }
    }
}
