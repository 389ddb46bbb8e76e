package import ArgumentParser
import Vocabulary

/// What is asked of every kind of complex.
package struct SharedOptions: ParsableArguments {
    // Negative numbers are taken as values, so that they are refused as such.
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Homology is taken over the integers modulo this prime.", valueName: "prime"))
    private var field = 2

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("At most this many threads; by default as the daemon sees fit.", valueName: "n"))
    package var threads: Int?

    package init() {}

    package func validate() throws {
        if let threads, threads < 1 { throw ValidationError("--threads: \(threads) is not a number ≥ 1") }
    }

    func coefficients() throws(InvalidInput) -> CoefficientField { try CoefficientField(modulus: field) }
}

extension ValidationError {
    /// The flags that are called otherwise than the parameters they set.
    private static let flags = ["coefficient_field": "field", "n_neighbors": "neighbours", "r": "dtm-r"]

    /// Names the flag that a parameter was given by.
    init(naming error: InvalidInput) {
        guard case .badParameter(let name, let reason) = error else {
            self.init(error.description)
            return
        }
        let flag = Self.flags[name] ?? name.replacing("_", with: "-")
        self.init("--\(flag): \(reason)")
    }
}
