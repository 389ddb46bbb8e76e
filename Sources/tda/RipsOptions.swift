public import ArgumentParser
public import Vocabulary

extension Precision: ExpressibleByArgument {}

/// What is asked of a Vietoris–Rips computation.
package struct RipsOptions: ParsableArguments {
    // Negative numbers are taken as values, so that they are refused as such.
    @Option(parsing: .unconditional, help: ArgumentHelp("The highest homology dimension.", valueName: "n"))
    var maxDimension = 1

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The threshold: longer edges are left out. By default the enclosing radius, beyond which "
                + "nothing changes.", valueName: "t"))
    var maxEdgeLength: Double?

    @Option(
        help: ArgumentHelp(
            "How points are compared: \(Metric.names.joined(separator: ", ")).", valueName: "metric"))
    var metric = "euclidean"

    @Option(
        name: .customLong("p"), parsing: .unconditional,
        help: ArgumentHelp("The exponent of minkowski.", valueName: "p"))
    var exponent: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Homology is taken over the integers modulo this prime.", valueName: "prime"))
    var field = 2

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("At most this many threads; by default as the daemon sees fit.", valueName: "n"))
    package var threads: Int?

    @Option(help: ArgumentHelp("The width of the numbers.", valueName: "precision"))
    var precision: Precision = .float32

    package init() {}

    /// Checks what can be checked without the input.
    package func validate() throws {
        _ = try options(representatives: false)
        if let threads, threads < 1 { throw ValidationError("--threads: \(threads) is not a number ≥ 1") }
    }

    package func options(representatives: Bool) throws -> VietorisRipsOptions {
        do {
            return try VietorisRipsOptions(
                maxDimension: maxDimension, maxEdgeLength: maxEdgeLength,
                metric: Metric(name: metric, p: exponent), field: CoefficientField(modulus: field),
                precision: precision, representatives: representatives)
        } catch .badParameter(let name, let reason) {
            let flag = name == "coefficient_field" ? "field" : name.replacing("_", with: "-")
            throw ValidationError("--\(flag): \(reason)")
        }
    }
}
