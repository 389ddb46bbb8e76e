public import Hardware
public import Vocabulary

/// The real computation: each complex by the one that knows it.
public struct ComplexComputation: Computation {
    private let rips: RipsComputation
    private let alpha = AlphaComputation()

    public init(backends: Backends = Backends()) { rips = RipsComputation(backends: backends) }

    public func outlook(
        _ shape: InputShape, _ options: ComplexOptions, threads: Int
    ) throws(Failure) -> Outlook {
        switch options {
        case .vietorisRips(let options): rips.outlook(shape, options, threads: threads)
        case .alpha: try alpha.outlook(shape, threads: threads)
        }
    }

    public func plan(
        _ input: ComputeInput, _ options: ComplexOptions, threads: Int
    ) throws(Failure) -> Plan {
        switch options {
        case .vietorisRips(let options): try rips.plan(input, options, threads: threads)
        case .alpha: try alpha.plan(input, threads: threads)
        }
    }

    public func run(
        _ input: ComputeInput, _ options: ComplexOptions, _ plan: Plan, _ context: ComputeContext
    ) throws(Failure) -> ComputeResult {
        switch options {
        case .vietorisRips(let options): try rips.run(input, options, plan, context)
        case .alpha(let options): try alpha.run(input, options, context)
        }
    }
}
