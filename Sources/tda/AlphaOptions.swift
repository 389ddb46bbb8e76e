package import ArgumentParser
package import Vocabulary

/// What is asked of an alpha complex.
package struct AlphaOptions: ParsableArguments {
    // Negative numbers are taken as values, so that they are refused as such.
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The threshold, a radius: simplices that come later are left out. By default none are.",
            valueName: "a"))
    var maxAlphaValue: Double = .infinity

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The highest homology dimension. By default the points' dimension - 1, beyond which there is "
                + "nothing.", valueName: "n"))
    var maxDimension: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Homology is taken over the integers modulo this prime.", valueName: "prime"))
    var field = 2

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("At most this many threads; by default as the daemon sees fit.", valueName: "n"))
    package var threads: Int?

    package init() {}

    /// Checks what can be checked without the input.
    package func validate() throws {
        _ = try options()
        if let threads, threads < 1 { throw ValidationError("--threads: \(threads) is not a number ≥ 1") }
    }

    package func options() throws -> AlphaComplexOptions {
        do throws(InvalidInput) {
            return try AlphaComplexOptions(
                maxDimension: maxDimension, maxAlphaValue: maxAlphaValue,
                field: CoefficientField(modulus: field))
        } catch {
            throw ValidationError(naming: error)
        }
    }
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
