import Formats
import FoundationEssentials
import JobStore
import ResultCache
import Vocabulary

extension RenderedResult {
    init(_ result: ComputeResult, options: ComplexOptions) {
        self.init(
            results: ResultsJSON.bytes(result, precision: options.precision),
            parameters: options.json(threads: result.statistics.threadCount, of: result),
            computationMilliseconds: result.statistics.computeSeconds * 1000)
    }

    /// As the store keeps it.
    var stored: JobResults {
        JobResults(json: Data(results), parameters: parameters, tag: Hex.sha256(results))
    }
}

extension ComputeInput {
    /// The number of coordinates of a point; nil where there are only distances.
    var dimension: Int? {
        if case .points(let cloud) = self { cloud.dimension } else { nil }
    }
}
