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

    @OptionGroup package var shared: SharedOptions

    package init() {}

    /// Checks what can be checked without the input.
    package func validate() throws { _ = try options() }

    package func options() throws -> AlphaComplexOptions {
        do throws(InvalidInput) {
            return try AlphaComplexOptions(
                maxDimension: maxDimension, maxAlphaValue: maxAlphaValue,
                field: shared.coefficients())
        } catch {
            throw ValidationError(naming: error)
        }
    }
}
