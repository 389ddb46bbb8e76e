public import ArgumentParser
public import Vocabulary

extension Precision: ExpressibleByArgument {}
extension Weighting.Exponent: ExpressibleByArgument {}

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

    @Option(help: ArgumentHelp("The width of the numbers.", valueName: "precision"))
    var precision: Precision = .float32

    @Option(
        help: ArgumentHelp(
            "A weighted filtration: dtm weighs points by their distance to measure, a file gives a number "
                + "for each.", valueName: "dtm|file"))
    package var weights: String?

    @Option(
        name: .customLong("weight-p"),
        help: ArgumentHelp(
            "How weights make edges appear: \(Weighting.Exponent.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "p"))
    var weightExponent: Weighting.Exponent = .one

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("dtm looks at so many nearest neighbours.", valueName: "n"))
    var neighbours = Weighting.defaultNeighbours

    @Option(
        name: .customLong("dtm-r"), parsing: .unconditional,
        help: ArgumentHelp("The power with which dtm adds distances up.", valueName: "r"))
    var measureExponent = Weighting.defaultR

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Compute on so many points, chosen greedily, each the farthest from those before; the covering "
                + "radius is told on standard error.", valueName: "n"))
    var subsample: Int?

    @OptionGroup package var shared: SharedOptions

    package init() {}

    /// Checks what can be checked without the input.
    package func validate() throws { _ = try options(representatives: false) }

    package func options(representatives: Bool) throws -> VietorisRipsOptions {
        do throws(InvalidInput) {
            let chosenMetric = try Metric(name: metric, p: exponent)
            let coefficients = try shared.coefficients()
            let chosenWeights = try weighting()
            return try VietorisRipsOptions(
                maxDimension: maxDimension, maxEdgeLength: maxEdgeLength, metric: chosenMetric,
                field: coefficients, precision: precision, representatives: representatives,
                weighting: chosenWeights, subsample: subsample)
        } catch {
            throw ValidationError(naming: error)
        }
    }

    private func weighting() throws(InvalidInput) -> Weighting? {
        guard let weights else { return nil }
        return try Weighting(
            weights == "dtm" ? .distanceToMeasure(neighbours: neighbours, r: measureExponent) : .given,
            exponent: weightExponent)
    }

    /// The file that holds a weight for each point, where one was named.
    package var weightsFile: String? { weights == "dtm" ? nil : weights }
}
