import Vocabulary

/// A digest of what a result depends on: input and options, not the number of threads.
struct ResultKey: Hashable, Sendable {
    private let digest: String

    init(_ input: ComputeInput, _ options: VietorisRipsOptions) {
        var digest = SHA256()
        digest.update(Array("\(input.shape) \(options)".utf8))
        if let weights = input.weights { digest.update(weights) }
        switch input {
        case .points(let cloud): digest.update(cloud.coordinates)
        case .distances(let matrix):
            digest.update(matrix.lowerTriangle)
            if let births = matrix.vertexBirths { digest.update(births) }
        case .sparse(let graph):
            graph.ends.withUnsafeBytes { digest.update($0) }
            digest.update(graph.lengths)
            if let births = graph.vertexBirths { digest.update(births) }
        }
        self.digest = digest.hexDigits()
    }
}

extension SHA256 {
    fileprivate mutating func update(_ scalars: Scalars) {
        switch scalars {
        case .float32(let values): values.withUnsafeBytes { update($0) }
        case .float64(let values): values.withUnsafeBytes { update($0) }
        }
    }
}
