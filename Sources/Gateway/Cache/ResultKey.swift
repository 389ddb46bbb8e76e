import Crypto
import Vocabulary

/// A digest of what a result depends on: input and options, not the number of threads.
struct ResultKey: Hashable, Sendable {
    /// Hexadecimal digits.
    let text: String

    init(_ input: ComputeInput, _ options: ComplexOptions) {
        var digest = SHA256()
        let parameters = "\(options.algorithm.rawValue) \(options.json(threads: nil))"
        // The number of points tells where each of the arrays that follow ends.
        digest.update(
            data: Array("\(input.kind) \(input.count) \(input.dimension ?? 0) \(parameters)".utf8))
        if let weights = input.weights { digest.update(weights) }
        switch input {
        case .points(let cloud): digest.update(cloud.coordinates)
        case .distances(let matrix):
            digest.update(matrix.lowerTriangle.scalars)
            if let births = matrix.vertexBirths { digest.update(births) }
        case .sparse(let graph):
            graph.ends.withUnsafeBytes { digest.update(bufferPointer: $0) }
            digest.update(graph.lengths)
            if let births = graph.vertexBirths { digest.update(births) }
        }
        text = Hex.digits(digest.finalize())
    }
}

extension ComputeInput {
    fileprivate var kind: String {
        switch self {
        case .points: "points"
        case .distances: "distances"
        case .sparse(let graph): "sparse \(graph.ends.count)"
        }
    }
}

extension SHA256 {
    fileprivate mutating func update(_ scalars: Scalars) {
        switch scalars {
        case .float32(let values): values.withUnsafeBytes { update(bufferPointer: $0) }
        case .float64(let values): values.withUnsafeBytes { update(bufferPointer: $0) }
        }
    }
}
